import { listBuilds, type ReadBuild } from '../../store/read/list-builds.ts';
import { type DatabaseChange, databaseChangePage, databaseStatus } from '../contract/database.ts';
import { pageQuery } from '../contract/paging.ts';
import { type Route, route } from '../route.ts';
import { readSettings } from '../settings.ts';

const hourMs = 3_600_000;
const access = { role: 'reader', within: 'scoped' } as const;

const status = route({
  id: 'database.get',
  method: 'GET',
  path: '/database',
  summary: 'The vulnerability database in force: its sources, their age, and what it knows of each stream.',
  access,
  answer: databaseStatus,
  handle: async (_request, { vulnerabilities, store, now }) => {
    const { database } = vulnerabilities.current();
    const at = now().getTime();
    const hoursSince = (date: string) => Math.max(0, (at - new Date(date).getTime()) / hourMs);
    const { staleAfterHours } = await readSettings(store);
    const { items } = await listBuilds(store, { limit: 1 });
    const ageHours = rounded(hoursSince(database.built));
    return {
      built: new Date(database.built).toISOString(),
      ageHours,
      stale: ageHours > staleAfterHours,
      sources: database.sources().map(({ id, title, license, date, records, problems }) => {
        return { id, title, license, date, records, problems, ageDays: rounded(hoursSince(date) / 24) };
      }),
      streams: [...database.streams.values()].map(({ id, level, date }) => ({ id, level, date })),
      ...(items[0] && { last: changeOf(items[0]) }),
    };
  },
});

const changes = route({
  id: 'database.changes',
  method: 'GET',
  path: '/database/changes',
  summary: 'Databases as they were installed, newest first, and what each changed.',
  access,
  query: pageQuery,
  answer: databaseChangePage,
  handle: async ({ query }, { store }) => {
    const page = await listBuilds(store, query);
    return { ...page, items: page.items.map(changeOf) };
  },
});

export const databaseRoutes: readonly Route[] = [status, changes];

function changeOf(row: ReadBuild): DatabaseChange {
  return {
    id: String(row.id),
    built: row.built.toISOString(),
    installed: row.installed.toISOString(),
    installedBy: row.installed_by,
    keysChanged: row.keys_changed,
    packagesRematched: row.packages_rematched,
    imagesChanged: row.images_changed,
    appeared: row.appeared,
    went: row.went,
    took: row.took,
  };
}

function rounded(hours: number): number {
  return Math.round(hours * 10) / 10;
}
