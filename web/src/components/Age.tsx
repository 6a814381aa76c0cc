import { formatAge, formatInstant } from './format.ts';

/** How old something is; the exact instant on hover and for machines. */
export function Age({ at, missing = '–' }: { readonly at: string | undefined; readonly missing?: string }) {
  if (!at) return <>{missing}</>;
  return (
    <time dateTime={at} title={formatInstant(at)}>
      {formatAge(at)}
    </time>
  );
}
