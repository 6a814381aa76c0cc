import { keepPreviousData } from '@tanstack/react-query';
import type { SearchResult } from '../../../src/server/contract/overview.ts';
import { useScoped } from '../scope.ts';
import { useAnswer } from './answer.ts';

export type SearchHit = SearchResult['hits'][number];

export function useSearchHits(q: string) {
  const query = useScoped({ q });
  return useAnswer<SearchResult>(['search', query], '/search', query, {
    enabled: q !== '',
    placeholderData: keepPreviousData,
  });
}
