import { useImage } from '../../api/images.ts';
import { Answer } from '../../components/Answer.tsx';
import { ScoreParts, ScorePartsSkeleton } from '../../components/Score.tsx';

/** The parts of an image's score, fetched when someone asks for them. */
export function ImageScore({ digest }: { readonly digest: string }) {
  return (
    <Answer of={useImage(digest)} waiting={<ScorePartsSkeleton />}>
      {({ risk, riskParts }) => <ScoreParts value={risk} parts={riskParts} />}
    </Answer>
  );
}
