import * as z from 'zod';
import type { FindingRow } from '../../store/read/finding-row.ts';
import { readHistoriesOf } from '../../store/read/history.ts';
import type { HistoryEvent } from '../../store/read/history-event.ts';
import { findingsOfImages } from '../../store/read/list-findings.ts';
import { imagesAfter } from '../../store/read/stored-image.ts';
import { findingFilter, historyQuery } from '../contract/images.ts';
import { csvRow } from '../csv.ts';
import { type Access, type Route, route } from '../route.ts';
import { visibilityOf } from '../visible.ts';

const access: Access = { role: 'reader', within: 'scoped' };
const format = z.enum(['ndjson', 'csv']).default('ndjson');
const streams = ['application/x-ndjson', 'text/csv'];

const findings = route({
  id: 'findings.export',
  method: 'GET',
  path: '/findings/export',
  summary: 'All findings as a file, image by image; filtered like the list.',
  access,
  takesScope: true,
  query: findingFilter.extend({ format }),
  streams,
  handle: async ({ query, caller, signal }, { store }) => {
    const visibility = await visibilityOf(store, caller);
    const read = (images: readonly number[]) => findingsOfImages(store, images, query, visibility);
    const rows = inBatches((last) => imagesAfter(store, last, imagesAtOnce, visibility), read, signal);
    return {
      contentType: contentTypes[query.format],
      fileName: `findings.${query.format}`,
      body: query.format === 'csv' ? csvLines(rows, findingColumns) : jsonLines(rows, withoutRows),
    };
  },
});

const history = route({
  id: 'history.export',
  method: 'GET',
  path: '/history/export',
  summary: 'Everything that happened to every image and finding, image by image, each from its beginning.',
  access,
  takesScope: true,
  query: historyQuery.pick({ since: true, cause: true, change: true }).extend({ format }),
  streams,
  handle: async ({ query, caller, signal }, { store }) => {
    const visibility = await visibilityOf(store, caller);
    const since = query.since === undefined ? undefined : new Date(query.since);
    const read = (images: readonly number[]) => readHistoriesOf(store, images, { ...query, since }, visibility);
    const next = (last: number) => imagesAfter(store, last, imagesAtOnce, visibility, { gone: true });
    const rows = inBatches(next, read, signal);
    return {
      contentType: contentTypes[query.format],
      fileName: `history.${query.format}`,
      body: query.format === 'csv' ? csvLines(rows, eventColumns) : jsonLines(rows, (event) => event),
    };
  },
});

export const exportRoutes: readonly Route[] = [findings, history];

const contentTypes = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson' } as const;
const imagesAtOnce = 10;

/** A few images at a time, each batch a query of its own: a slow reader holds neither memory nor a transaction. */
async function* inBatches<Row>(
  next: (last: number) => Promise<readonly number[]>,
  read: (images: readonly number[]) => Promise<readonly Row[]>,
  signal: AbortSignal,
): AsyncGenerator<readonly Row[]> {
  let last = 0;
  while (!signal.aborted) {
    const images = await next(last);
    if (images.length > 0) yield await read(images);
    if (images.length < imagesAtOnce) return;
    last = images.at(-1) ?? last;
  }
}

async function* jsonLines<Row>(batches: AsyncIterable<readonly Row[]>, toDocument: (row: Row) => object) {
  for await (const rows of batches) yield rows.map((row) => `${JSON.stringify(toDocument(row))}\n`).join('');
}

type Column<Row> = readonly [title: string, value: (row: Row) => string | number | boolean | undefined];

async function* csvLines<Row>(batches: AsyncIterable<readonly Row[]>, columns: readonly Column<Row>[]) {
  yield csvRow(columns.map(([title]) => title));
  for await (const rows of batches) yield rows.map((row) => csvRow(columns.map(([, value]) => value(row)))).join('');
}

function withoutRows({ of: _of, ...finding }: FindingRow): object {
  return finding;
}

const findingColumns: readonly Column<FindingRow>[] = [
  ['id', ({ id }) => id],
  ['image', ({ image }) => image.name],
  ['digest', ({ image }) => image.digest],
  ['vulnerability', ({ vulnerability }) => vulnerability],
  ['title', ({ title }) => title],
  ['package', (row) => row.package.name],
  ['version', (row) => row.package.version],
  ['type', (row) => row.package.type],
  ['purl', (row) => row.package.purl],
  ['severity', ({ severity }) => severity],
  ['severity_source', ({ severitySource }) => severitySource],
  ['cvss', ({ cvss }) => cvss],
  ['epss', ({ threat }) => threat.epss?.score],
  ['exploited', ({ threat }) => threat.kev?.added],
  ['exploits', ({ threat }) => threat.exploits],
  ['status', ({ status }) => status],
  ['fixed', ({ fixed }) => fixed.join(' ')],
  ['upgrade_to', ({ upgradeTo }) => upgradeTo],
  ['risk', ({ risk }) => risk],
  ['first_seen', ({ firstSeen }) => firstSeen],
  ['cause', ({ cause }) => cause],
  ['exception', ({ exception }) => exception?.reason],
];

const eventColumns: readonly Column<HistoryEvent>[] = [
  ['at', ({ at }) => at],
  ['cause', ({ cause }) => cause],
  ['change', ({ change }) => change],
  ['image', ({ image }) => image],
  ['vulnerability', ({ vulnerability }) => vulnerability],
  ['package', (event) => event.package],
  ['text', ({ text }) => text],
];
