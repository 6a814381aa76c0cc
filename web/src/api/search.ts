import { keepPreviousData } from '@tanstack/react-query';
import type { SearchResult } from '../../../src/server/contract/overview.ts';
import { useAnswer } from './answer.ts';

export type SearchHit = SearchResult['hits'][number];

export const useSearchHits = (q: string) =>
  useAnswer<SearchResult>(['search', q], '/search', { q }, { enabled: q !== '', placeholderData: keepPreviousData });
