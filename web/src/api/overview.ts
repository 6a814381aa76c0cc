import { keepPreviousData } from '@tanstack/react-query';
import type { Overview } from '../../../src/server/contract/overview.ts';
import { useScoped } from '../scope.ts';
import { useAnswer } from './answer.ts';

/** `since` is an instant; without it the server says what is new since a day ago. */
export function useOverview(since: string | undefined) {
  const query = useScoped({ since });
  return useAnswer<Overview>(['overview', query], '/overview', query, { placeholderData: keepPreviousData });
}
