import { type DatabaseChange, databaseChangePage, databaseStatus } from '../../../src/server/contract/database.ts';
import { type JobRow, jobPage, jobQuery, jobSummary } from '../../../src/server/contract/jobs.ts';
import { pageQuery } from '../../../src/server/contract/paging.ts';
import { about, type Settings, settings, settingsChange } from '../../../src/server/contract/settings.ts';
import { chance, type Estate, hoursAgo } from '../estate.ts';
import { MockProblem, mock, pageOfRows } from '../mock-answer.ts';

const jobs = new WeakMap<Estate, JobRow[]>();
const kept = new WeakMap<Estate, Settings>();

/** By its number, so that tests can name one. */
export const jobId = (index: number) => `0b7e6a52-6a1f-4c1e-9d55-${String(index).padStart(12, '0')}`;

function jobsOf(estate: Estate): JobRow[] {
  const known = jobs.get(estate);
  if (known) return known;
  const rows = estate.images.slice(0, 400).map((image, index): JobRow => {
    const state = index < 3 ? 'running' : index < 12 ? 'waiting' : index % 17 === 13 ? 'failed' : 'done';
    const began = index * 0.08 + 0.02;
    return {
      id: jobId(index),
      kind: index === 1 ? 'crawl' : 'scan',
      subject: index === 1 ? 'production' : image.name,
      state,
      attempt: state === 'failed' ? 2 : 1,
      because: ['push', 'crawl', 'asked'][index % 3] ?? 'push',
      created: hoursAgo(began + 0.01),
      ...(state !== 'waiting' && { started: hoursAgo(began) }),
      ...((state === 'done' || state === 'failed') && { finished: hoursAgo(began - 0.0008 * (1 + chance(index) * 9)) }),
      ...(state === 'running' && index !== 1 && { progress: 0.3 + index * 0.2, detail: 'Layer 4 of 11' }),
      ...(index === 1 && { detail: 'team-3/app: 41 images seen' }),
      ...(state === 'failed' && {
        failure: {
          code: 'WORKER_ENDED',
          message: 'It could not be scanned, because the worker ran out of 1 GiB of memory, twice.',
        },
      }),
    };
  });
  jobs.set(estate, rows);
  return rows;
}

const sources = [
  ['debian', 'Debian security tracker', 'MIT', 1, 92_114, 0],
  ['alpine', 'Alpine secdb', 'MIT', 2, 12_803, 0],
  ['ubuntu', 'Ubuntu OVAL', 'CC-BY-SA-4.0', 1, 71_233, 4],
  ['ghsa', 'GitHub advisories', 'CC-BY-4.0', 1, 24_019, 0],
  ['redhat', 'Red Hat CSAF VEX', 'CC-BY-4.0', 3, 141_877, 12],
  ['kev', 'CISA known exploited vulnerabilities', 'CC0-1.0', 6, 1_402, 0],
  ['epss', 'EPSS scores', 'free to use', 1, 291_110, 0],
] as const;

const changes: readonly DatabaseChange[] = Array.from({ length: 9 }, (_, index) => ({
  id: `db-${index}`,
  built: hoursAgo(index * 24 + 3),
  installed: hoursAgo(index * 24 + 2),
  installedBy: index % 4 === 3 ? 'ada' : 'the clock',
  keysChanged: 900 - index * 70,
  packagesRematched: 312 + index * 11,
  imagesChanged: 7 + index * 3,
  appeared: 12 + index,
  went: 9,
  took: 840 + index * 210,
}));

export const operationAnswers = [
  mock({
    method: 'GET',
    path: '/jobs',
    query: jobQuery,
    schema: jobPage,
    answer: ({ query, estate }) =>
      pageOfRows(
        jobsOf(estate).filter(
          (row) =>
            row.subject.includes(query.q ?? '') &&
            (!query.state || query.state.includes(row.state)) &&
            (!query.kind || query.kind.includes(row.kind)),
        ),
        query,
      ),
  }),
  mock({
    method: 'GET',
    path: '/jobs/summary',
    schema: jobSummary,
    answer: ({ estate }) => {
      const count = (state: JobRow['state']) => jobsOf(estate).filter((row) => row.state === state).length;
      const running = count('running');
      return { running, waiting: count('waiting'), failedLastDay: count('failed'), perMinute: running > 1 ? 4.2 : 0 };
    },
  }),
  mock({
    method: 'POST',
    path: '/jobs/{id}/cancel',
    status: 204,
    answer: ({ params, estate }) => {
      const row = jobsOf(estate).find(({ id }) => id === params.id);
      if (row?.state !== 'waiting' && row?.state !== 'running') {
        throw new MockProblem(409, `This job is ${row?.state} already; there is nothing to cancel.`);
      }
      row.state = 'cancelled';
    },
  }),
  mock({
    method: 'GET',
    path: '/database',
    schema: databaseStatus,
    answer: ({ estate }) => {
      return {
        ...{ built: hoursAgo(estate.scenario === 'odd' ? 200 : 3), ageHours: 3, stale: estate.scenario === 'odd' },
        sources: sources.map(([id, title, license, ageDays, records, problems]) => {
          return { id, title, license, ageDays, records, problems, date: hoursAgo(ageDays * 24).slice(0, 10) };
        }),
        streams: ['debian 12', 'debian 13', 'ubuntu 24.04', 'alpine 3.22', 'rhel 9', 'npm', 'pypi', 'maven'].map(
          (id, index) => ({
            id,
            level: index === 3 ? ('fixed-only' as const) : ('full' as const),
            date: hoursAgo(20).slice(0, 10),
          }),
        ),
        ...(estate.scenario === 'many' && { last: changes[0] }),
      };
    },
  }),
  mock({
    method: 'GET',
    path: '/database/changes',
    query: pageQuery,
    schema: databaseChangePage,
    answer: ({ query, estate }) => pageOfRows(estate.scenario === 'many' ? changes : [], query),
  }),
  mock({ method: 'GET', path: '/settings', schema: settings, answer: ({ estate }) => settingsOf(estate) }),
  mock({
    method: 'PATCH',
    path: '/settings',
    body: settingsChange,
    schema: settings,
    answer: ({ estate, body }) => Object.assign(settingsOf(estate), body as Partial<Settings>),
  }),
  mock({
    method: 'GET',
    path: '/about',
    schema: about,
    answer: () => ({
      version: '0.1.0',
      postgres: { version: '17.6', embedded: true },
      replicas: 1,
      started: hoursAgo(70),
    }),
  }),
];

function settingsOf(estate: Estate): Settings {
  const known = kept.get(estate) ?? {
    staleAfterHours: 72,
    dueDays: { critical: 7, high: 30, medium: 90, low: 180 },
    exceptionDays: 365,
    historyDays: 730,
  };
  kept.set(estate, known);
  return known;
}
