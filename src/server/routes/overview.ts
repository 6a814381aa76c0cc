import { listUpdates } from '../../store/read/list-recommendations.ts';
import { listVulnerabilities } from '../../store/read/list-vulnerabilities.ts';
import { countRegistries, readBuilt, readMoved, readTotals, readTrend } from '../../store/read/overview.ts';
import { type Visibility, visibilityKey } from '../../store/read/visibility.ts';
import { rememberShortly } from '../../store/short-memory.ts';
import type { ServerContext } from '../context.ts';
import { type Overview, overview, overviewQuery } from '../contract/overview.ts';
import type { Settings } from '../contract/settings.ts';
import { gapsOf } from '../gaps.ts';
import { recommendationRow } from '../recommendation-row.ts';
import { type Route, route } from '../route.ts';
import { readSettings } from '../settings.ts';
import { visibilityOf } from '../visible.ts';

const msPerDay = 86_400_000;
const msPerHour = 3_600_000;
const shown = 5;
const trendDays = 90;
const rememberedMs = 1_000;

const read = route({
  id: 'overview',
  method: 'GET',
  path: '/overview',
  summary: 'What changed, and what to do first.',
  access: { role: 'reader', within: 'scoped' },
  takesScope: true,
  query: overviewQuery,
  answer: overview,
  handle: async ({ query, caller }, { store, now }) => {
    const [visibility, settings] = await Promise.all([visibilityOf(store, caller), readSettings(store)]);
    const make = () => overviewSince(query.since, visibility, settings, { store, now });
    return rememberShortly(store, ['overview', query.since, visibilityKey(visibility)], rememberedMs, make);
  },
});

export const overviewRoutes: readonly Route[] = [read];

async function overviewSince(
  from: string | undefined,
  visibility: Visibility,
  settings: Settings,
  { store, now }: Pick<ServerContext, 'store' | 'now'>,
): Promise<Overview> {
  const since = from === undefined ? new Date(now().getTime() - msPerDay) : new Date(from);
  const terms = { dueDays: settings.dueDays, today: now().toISOString().slice(0, 10) };
  const [totals, moved, newest, updates, trend, built, registries] = await Promise.all([
    readTotals(store, since, visibility),
    readMoved(store, since, visibility),
    listVulnerabilities(store, { sort: 'risk', limit: shown, since, isCounted: false }, visibility),
    listUpdates(store, { limit: shown, status: ['open', 'doing'], isCounted: false }, visibility, terms),
    readTrend(store, trendDays, visibility),
    readBuilt(store),
    countRegistries(store, visibility),
  ]);
  const ageHours = built ? Math.max(0, (now().getTime() - built.getTime()) / msPerHour) : 0;
  const database = built && { built: built.toISOString(), ageHours, stale: ageHours > settings.staleAfterHours };
  return {
    since: since.toISOString(),
    images: totals.images,
    findings: totals.findings,
    changed: {
      pushed: totals.pushed.pushed,
      appeared: totals.pushed.appeared + moved.appeared,
      went: moved.went,
      newest: newest.items,
    },
    fixFirst: updates.items.map(recommendationRow),
    trend,
    ...(database && { database }),
    gaps: gapsOf({ images: totals.images, registries, database, seesEverything: visibility === 'everything' }),
  };
}
