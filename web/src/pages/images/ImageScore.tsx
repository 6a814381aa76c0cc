import { useImage } from '../../api/images.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { ScoreParts, ScorePartsSkeleton } from '../../components/Score.tsx';

/** The parts of an image's score, fetched when someone asks for them. */
export function ImageScore({ digest }: { readonly digest: string }) {
  const image = useImage(digest);
  if (image.error) return <ErrorState error={image.error} retry={() => void image.refetch()} />;
  if (!image.data) return <ScorePartsSkeleton />;
  return <ScoreParts value={image.data.risk} parts={image.data.riskParts} />;
}
