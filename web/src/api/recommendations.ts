import { keepPreviousData, type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import type { Facets } from '../../../src/server/contract/images.ts';
import type {
  RecommendationChange,
  RecommendationDetail,
  RecommendationRow,
} from '../../../src/server/contract/recommendations.ts';
import { useScoped } from '../scope.ts';
import { useAnswer } from './answer.ts';
import { useApi } from './api-context.ts';
import { type Page, useGrowingList } from './page.ts';

const at = (id: string) => `/recommendations/${encodeURIComponent(id)}`;

export const useRecommendations = (query: object) =>
  useGrowingList<RecommendationRow>(['recommendations'], '/recommendations', useScoped(query));

const facetsKey = ['recommendations', 'facets'] as const;

export function useRecommendationFacets(asked: object) {
  const filter = useScoped(asked);
  return useAnswer<Facets>([...facetsKey, filter], '/recommendations/facets', filter, {
    placeholderData: keepPreviousData,
  });
}

export function useRecommendation(id: string) {
  const query = useScoped({});
  return useAnswer<RecommendationDetail>(['recommendations', id, query], at(id), query);
}

interface Change {
  readonly id: string;
  readonly change: RecommendationChange;
}

/** Shown at once and taken back when the server refuses. Rows stay where they are, even if the filter no longer fits. */
export function useChangeRecommendation() {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, change }: Change) => api.send<RecommendationRow>('PATCH', at(id), change),
    onMutate: async ({ id, change }) => {
      await client.cancelQueries({ queryKey: ['recommendations'] });
      const before = client.getQueriesData({ queryKey: ['recommendations'] });
      applyChange(client, id, shownAs(change));
      return { before };
    },
    onError: (_error, _change, context) => {
      for (const [key, data] of context?.before ?? []) client.setQueryData(key, data);
    },
    // Its counts are over everything; those that are shown may be of a part.
    onSuccess: ({ owner, due, overdue, status, changed }, { id }) => {
      applyChange(client, id, { owner, due, overdue, status, changed });
      void client.invalidateQueries({ queryKey: facetsKey });
    },
  });
}

/** As the row will show it: `null` takes a field away. */
function shownAs(change: RecommendationChange): Partial<RecommendationRow> {
  return Object.fromEntries(Object.entries(change).map(([name, value]) => [name, value ?? undefined]));
}

/** Wherever the recommendation is shown: lists, its own page, the overview. */
function applyChange(client: QueryClient, id: string, change: Partial<RecommendationRow>): void {
  const changed = <T extends RecommendationRow>(row: T): T => (row.id === id ? { ...row, ...change } : row);
  client.setQueriesData<unknown>({ queryKey: ['recommendations'] }, (data: unknown) => {
    if (isPaged(data))
      return { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(changed) })) };
    return isRow(data) ? changed(data) : data;
  });
  client.setQueriesData<{ fixFirst: RecommendationRow[] }>(
    { queryKey: ['overview'] },
    (data) => data && { ...data, fixFirst: data.fixFirst.map(changed) },
  );
}

const isPaged = (data: unknown): data is { pages: Page<RecommendationRow>[] } =>
  typeof data === 'object' && data !== null && 'pages' in data;
const isRow = (data: unknown): data is RecommendationRow => typeof data === 'object' && data !== null && 'id' in data;
