import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { SearchResult } from '../../../src/server/contract/overview.ts';
import { useApi } from './api-context.ts';

export type SearchHit = SearchResult['hits'][number];

export function useSearchHits(q: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['search', q],
    queryFn: ({ signal }) => api.get<SearchResult>('/search', { q }, signal),
    enabled: q !== '',
    placeholderData: keepPreviousData,
  });
}
