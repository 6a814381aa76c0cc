import * as z from 'zod';
import { judgeReleases, readReleases } from '../../store/end-of-life.ts';
import { mergeSetting, readSetting } from '../../store/settings.ts';
import { standingOf } from '../../vulnerability/release-support.ts';
import type { ServerContext } from '../context.ts';

/** For which hour and which vulnerability database it was done last, so that one replica looks once an hour. */
const name = 'end-of-life';
const kept = z.object({ judged: z.string() }).partial().catch({});

/** A system reaches its end of life on a day, and by a database that knows another day: its images say so unscanned. */
export async function followCalendar(
  context: Pick<ServerContext, 'store' | 'vulnerabilities' | 'events' | 'log' | 'now'>,
): Promise<void> {
  const { store, vulnerabilities, events, log, now } = context;
  const { database, build } = vulnerabilities.current();
  const time = now().toISOString();
  const due = `${time.slice(0, 13)} ${build}`;
  const { judged } = kept.parse((await readSetting(store, name)) ?? {});
  if (judged === due) return;
  const releases = (await readReleases(store)).map((release) => {
    const { isOver = null, lacksData = false } = standingOf(release, database, time.slice(0, 10)) ?? {};
    return { release, isOver, lacksData };
  });
  const images = await judgeReleases(store, releases);
  await mergeSetting(store, name, { judged: due });
  if (images === 0) return;
  log.info({ images }, 'images follow the end of life of their system');
  events.tell({ kind: 'database', built: database.built });
}
