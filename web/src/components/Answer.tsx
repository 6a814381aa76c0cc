import type { ReactNode } from 'react';
import { isPassing } from '../api/request.ts';
import { ErrorState } from './ErrorState.tsx';
import { PageSkeleton } from './PageSkeleton.tsx';

interface AnswerProps<T> {
  readonly of: { readonly data: T | undefined; readonly error: Error | null; readonly refetch: () => unknown };
  /** Its outline while it is on the way; a page's when not said. */
  readonly waiting?: ReactNode;
  readonly children: (answer: T) => ReactNode;
}

/**
 * One answer of the server: its outline, then what it says, or why there is none. While the server is away, what it said
 * before stays, and with it what somebody is writing there; the header tells that nothing is live.
 */
export function Answer<T>({ of, waiting = <PageSkeleton />, children }: AnswerProps<T>) {
  if (of.error && (of.data === undefined || !isPassing(of.error)))
    return <ErrorState error={of.error} retry={() => void of.refetch()} />;
  return of.data === undefined ? waiting : children(of.data);
}
