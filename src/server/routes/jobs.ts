import * as z from 'zod';
import { AppError } from '../../lib/errors.ts';
import { countJobs, listJobs, type ReadJob, readJob } from '../../store/read/list-jobs.ts';
import { visibleTo } from '../../store/read/visibility.ts';
import { type JobRow, jobPage, jobQuery, jobRow, jobSummary } from '../contract/jobs.ts';
import { type Caller, type Route, route } from '../route.ts';

const jobParams = z.object({ id: z.uuid() });

const list = route({
  id: 'jobs.list',
  method: 'GET',
  path: '/jobs',
  summary: 'What the server does and did, newest first.',
  access: { role: 'reader', within: 'scoped' },
  takesScope: true,
  query: jobQuery,
  answer: jobPage,
  handle: async ({ query, caller }, { store }) => {
    const page = await listJobs(store, query, query, await visibleTo(store, grantsOf(caller)));
    return { ...page, items: page.items.map(rowOf) };
  },
});

const summary = route({
  id: 'jobs.summary',
  method: 'GET',
  path: '/jobs/summary',
  summary: 'How much waits and runs.',
  access: { role: 'reader', within: 'scoped' },
  takesScope: true,
  answer: jobSummary,
  handle: async ({ caller }, { store, now }) => countJobs(store, now(), await visibleTo(store, grantsOf(caller))),
});

const show = route({
  id: 'jobs.get',
  method: 'GET',
  path: '/jobs/{id}',
  summary: 'One job.',
  access: { role: 'reader', within: 'scoped' },
  params: jobParams,
  answer: jobRow,
  handle: async ({ params, caller }, { store }) => {
    const found = await readJob(store, params.id, await visibleTo(store, grantsOf(caller)));
    if (!found) throw missing(params.id);
    return rowOf(found);
  },
});

const cancel = route({
  id: 'jobs.cancel',
  method: 'POST',
  path: '/jobs/{id}/cancel',
  summary: 'Ends a job that waits or runs.',
  access: { role: 'analyst', within: 'scoped' },
  params: jobParams,
  status: 204,
  trail: 'job.cancel',
  handle: async ({ params, caller }, { store, queue }) => {
    const reach = await visibleTo(store, grantsOf(caller), ['analyst', 'admin']);
    const found = await readJob(store, params.id, reach);
    if (!found) throw missing(params.id);
    if (!(await queue.cancel(params.id)))
      throw new AppError('CONFLICT', `This job is ${found.state} already; there is nothing to cancel.`);
  },
});

export const jobRoutes: readonly Route[] = [list, summary, show, cancel];

function missing(id: string): AppError {
  return new AppError('NOT_FOUND', `There is no job ${id}; ended ones are kept for a while only.`);
}

function grantsOf(caller: Caller | undefined): Caller['grants'] {
  return caller?.grants ?? [];
}

const failureShape = z.object({ code: z.string(), message: z.string() });

function rowOf(row: ReadJob): JobRow {
  const { id, subject, attempt, because, progress, detail, created, started, finished } = row;
  const failure = failureShape.safeParse(row.failure);
  return {
    ...{ id, subject, attempt, because },
    kind: jobRow.shape.kind.parse(row.kind),
    state: jobRow.shape.state.parse(row.state),
    created: created.toISOString(),
    ...(progress !== null && { progress }),
    ...(detail !== null && { detail }),
    ...(started && { started: started.toISOString() }),
    ...(finished && { finished: finished.toISOString() }),
    ...(failure.success && { failure: failure.data }),
  };
}
