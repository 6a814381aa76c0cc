import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import type { LiveEvent } from '../../../src/server/contract/events.ts';
import type { JobRow, JobSummary } from '../../../src/server/contract/jobs.ts';
import { useScoped } from '../scope.ts';
import { useAnswer } from './answer.ts';
import { useApi } from './api-context.ts';
import { type Page, useGrowingList } from './page.ts';

export const useJobs = (query: object) => useGrowingList<JobRow>(['jobs'], '/jobs', useScoped(query));

/** Asked anew by itself, since what is finished a minute changes also while nothing is told. */
export function useJobSummary() {
  const query = useScoped({});
  return useAnswer<JobSummary>(['jobs', 'summary', query], '/jobs/summary', query, { refetchInterval: 15_000 });
}

export function useCancelJob() {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.send<void>('POST', `/jobs/${encodeURIComponent(id)}/cancel`),
    onSuccess: (_nothing, id) => {
      changeShownJob(client, id, (row) => ({ ...row, state: 'cancelled', finished: new Date().toISOString() }));
      void client.invalidateQueries({ queryKey: ['jobs', 'summary'] });
    },
  });
}

/**
 * Brings an event into the rows that are shown, where they stand: a running job moves on without its list being fetched.
 * Says whether that was all there is to know; else the list is outdated.
 */
export function applyJobEvent(client: QueryClient, event: Extract<LiveEvent, { kind: 'job' }>): boolean {
  let known = false;
  changeShownJob(client, event.id, (row) => {
    known = row.state === event.state;
    const isKnownState = (states as readonly string[]).includes(event.state);
    return {
      ...row,
      ...(isKnownState && { state: event.state as JobRow['state'] }),
      ...(event.progress !== undefined && { progress: event.progress }),
    };
  });
  return known;
}

const states: readonly JobRow['state'][] = ['waiting', 'running', 'done', 'failed', 'cancelled'];

function changeShownJob(client: QueryClient, id: string, change: (row: JobRow) => JobRow): void {
  client.setQueriesData<InfiniteData<Page<JobRow>>>({ queryKey: ['jobs', 'list'] }, (data) => {
    if (!data?.pages.some((page) => page.items.some((row) => row.id === id))) return data;
    const items = (page: Page<JobRow>) => page.items.map((row) => (row.id === id ? change(row) : row));
    return { ...data, pages: data.pages.map((page) => ({ ...page, items: items(page) })) };
  });
}
