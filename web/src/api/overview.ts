import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Overview } from '../../../src/server/contract/overview.ts';
import { useApi } from './api-context.ts';

/** `since` is an instant; without it the server says what is new since a day ago. */
export function useOverview(since: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: ['overview', since],
    queryFn: ({ signal }) => api.get<Overview>('/overview', { since }, signal),
    placeholderData: keepPreviousData,
  });
}
