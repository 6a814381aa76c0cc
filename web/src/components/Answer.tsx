import type { ReactNode } from 'react';
import { ErrorState } from './ErrorState.tsx';
import { PageSkeleton } from './PageSkeleton.tsx';

interface AnswerProps<T> {
  readonly of: { readonly data: T | undefined; readonly error: Error | null; readonly refetch: () => unknown };
  /** Its outline while it is on the way; a page's when not said. */
  readonly waiting?: ReactNode;
  readonly children: (answer: T) => ReactNode;
}

/** One answer of the server: its outline, then what it says, or why there is none. */
export function Answer<T>({ of, waiting = <PageSkeleton />, children }: AnswerProps<T>) {
  if (of.error) return <ErrorState error={of.error} retry={() => void of.refetch()} />;
  return of.data === undefined ? waiting : children(of.data);
}
