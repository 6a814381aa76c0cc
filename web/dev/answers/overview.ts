import { overview, overviewQuery, searchQuery, searchResult } from '../../../src/server/contract/overview.ts';
import { gapsOf } from '../../../src/server/gaps.ts';
import { type countsOf, type Estate, hoursAgo } from '../estate.ts';
import { mock } from '../mock-answer.ts';
import { recommendationsOf } from './recommendations.ts';
import { registriesOf } from './registries.ts';

export const overviewAnswers = [
  mock({
    method: 'GET',
    path: '/overview',
    query: overviewQuery,
    schema: overview,
    answer: ({ query, estate }) => {
      const { images, vulnerabilities, scenario } = estate;
      const isEmpty = scenario === 'none' || images.length === 0;
      const by = (state: string) => images.filter((image) => image.state === state).length;
      const total = (
        name: 'critical' | 'high' | 'medium' | 'low' | 'negligible' | 'unknown' | 'fixable' | 'exploited',
      ) => images.reduce((sum, image) => sum + image.counts[name], 0);
      const findings = {
        critical: total('critical'),
        high: total('high'),
        medium: total('medium'),
        low: total('low'),
        negligible: total('negligible'),
        unknown: total('unknown'),
        fixable: total('fixable'),
        exploited: total('exploited'),
      };
      const counts = {
        total: images.length,
        scanned: by('scanned'),
        failed: by('failed'),
        queued: by('queued') + by('scanning'),
        partial: images.filter(({ state, problems }) => state === 'scanned' && problems > 0).length,
        endOfLife: images.filter(({ endOfLife }) => endOfLife).length,
      };
      const database = { built: hoursAgo(5.2), ageHours: 5.2, stale: false };
      return {
        since: query.since ?? hoursAgo(24),
        images: counts,
        findings,
        changed: isEmpty
          ? { pushed: 0, appeared: 0, went: 0, newest: [] }
          : { pushed: Math.min(14, images.length), appeared: 312, went: 127, newest: vulnerabilities.slice(0, 5) },
        fixFirst: recommendationsOf(estate).slice(0, 5),
        trend: isEmpty
          ? []
          : daysCounted(estate).map((daysAgo) => ({
              day: hoursAgo(daysAgo * 24).slice(0, 10),
              counts: scaled(findings, daysAgo === 0 ? 1 : 1.03 + daysAgo * 0.011 + Math.sin(daysAgo / 2.3) * 0.05),
            })),
        database,
        gaps: gapsOf({ images: counts, registries: registryCounts(estate), database, seesEverything: !estate.whole }),
      };
    },
  }),
  mock({
    method: 'GET',
    path: '/search',
    query: searchQuery,
    schema: searchResult,
    answer: ({ query, estate }) => {
      const q = query.q.toLowerCase();
      const images = estate.images.filter(({ name }) => name.toLowerCase().includes(q)).slice(0, 5);
      const found = estate.vulnerabilities
        .filter(({ id, title }) => `${id} ${title}`.toLowerCase().includes(q))
        .slice(0, 5);
      return {
        hits: [
          ...images.map(({ digest, name, os }) => ({
            kind: 'image' as const,
            id: digest,
            title: name,
            ...(os && { detail: os }),
          })),
          ...found.map(({ id, title }) => ({
            kind: 'vulnerability' as const,
            id,
            title: id,
            ...(title && { detail: title }),
          })),
        ],
      };
    },
  }),
];

/** How long ago each was: of a part not since always, nor without gaps. */
function daysCounted({ whole, registry }: Estate): readonly number[] {
  if (whole && registry === 'sandbox') return [0];
  const last30 = Array.from({ length: 30 }, (_, index) => 29 - index);
  return whole ? last30.filter((daysAgo) => daysAgo < 20 && ![1, 3, 9, 10, 11].includes(daysAgo)) : last30;
}

function registryCounts(estate: Estate) {
  const known = registriesOf(estate.whole ?? estate);
  const rows = known.filter(({ name }) => estate.registry === undefined || name === estate.registry);
  const failing = rows.filter(({ failure }) => failure).length;
  const silent = rows.filter(({ failure, pollMinutes, lastPush }) => !failure && pollMinutes === 0 && !lastPush).length;
  return { known: rows.length, failing, silent };
}

function scaled(counts: ReturnType<typeof countsOf>, factor: number): ReturnType<typeof countsOf> {
  return Object.fromEntries(
    Object.entries(counts).map(([name, value]) => [name, Math.round(value * factor)]),
  ) as ReturnType<typeof countsOf>;
}
