import type { Store } from '../../store/tables.ts';
import { listTrail, type TrailFilter, type TrailRow } from '../../store/trail.ts';
import { type TrailEntry, trailExport, trailPage, trailQuery } from '../contract/access.ts';
import { csvRow } from '../csv.ts';
import { type Access, type Route, route } from '../route.ts';

const access: Access = { role: 'admin', within: 'everywhere' };

const list = route({
  id: 'trail.list',
  method: 'GET',
  path: '/trail',
  summary: 'Who did what, newest first.',
  access,
  query: trailQuery,
  answer: trailPage,
  handle: async ({ query }, { store }) => {
    const page = await listTrail(store, filterOf(query), query);
    return { ...page, items: page.items.map(entryOf) };
  },
});

const download = route({
  id: 'trail.export',
  method: 'GET',
  path: '/trail/export',
  summary: 'The trail as a file, newest first.',
  access,
  query: trailExport,
  streams: ['application/x-ndjson', 'text/csv'],
  handle: async ({ query, signal }, { store }) => ({
    contentType: query.format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
    fileName: `trail.${query.format}`,
    body: lines(store, filterOf(query), query.format, signal),
  }),
});

export const trailRoutes: readonly Route[] = [list, download];

const rowsAtOnce = 500;

/** Page by page, so that a slow reader holds neither memory nor a transaction. */
async function* lines(store: Store, filter: TrailFilter, format: 'ndjson' | 'csv', signal: AbortSignal) {
  if (format === 'csv') yield csvRow(['id', 'at', 'who', 'from', 'action', 'subject', 'outcome', 'detail']);
  let cursor: string | undefined;
  do {
    const page = await listTrail(store, filter, { limit: rowsAtOnce, cursor });
    yield page.items.map((row) => (format === 'csv' ? csvLine(row) : `${JSON.stringify(entryOf(row))}\n`)).join('');
    cursor = page.next;
  } while (cursor !== undefined && !signal.aborted);
}

function csvLine(row: TrailRow): string {
  const { id, at, who, from, action, subject, outcome, detail } = entryOf(row);
  return csvRow([id, at, who, from, action, subject, outcome, detail && JSON.stringify(detail)]);
}

function filterOf(query: {
  q?: string | undefined;
  who?: string | undefined;
  since?: string | undefined;
}): TrailFilter {
  return { text: query.q, who: query.who, since: query.since === undefined ? undefined : new Date(query.since) };
}

function entryOf(row: TrailRow): TrailEntry {
  const { id, at, who, address, action, subject, detail, outcome } = row;
  return {
    id,
    at: at.toISOString(),
    who,
    ...(address !== null && { from: address }),
    action,
    subject,
    ...(typeof detail === 'object' && detail !== null && { detail: { ...detail } }),
    outcome: outcome === 'refused' ? 'refused' : 'done',
  };
}
