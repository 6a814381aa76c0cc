import { CopyText } from './CopyText.tsx';

interface DigestProps {
  readonly digest: string;
  /** What it identifies, for the copy button: "image digest". */
  readonly what?: string;
  readonly canCopy?: boolean;
}

/** Enough of a digest to tell two apart; all of it on hover and in the clipboard. */
export function Digest({ digest, what = 'digest', canCopy = true }: DigestProps) {
  const short = digest.replace(/^sha256:/, '').slice(0, 12);
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 2 }}>
      <span className="mono" title={digest}>
        {short}
      </span>
      {canCopy && <CopyText text={digest} what={what} />}
    </span>
  );
}
