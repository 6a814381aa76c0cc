import type * as z from 'zod';
import { facets } from '../../../src/server/contract/images.ts';
import {
  type RecommendationRow,
  recommendationChange,
  recommendationDetail,
  recommendationFilter,
  recommendationPage,
  recommendationQuery,
  recommendationRow,
} from '../../../src/server/contract/recommendations.ts';
import { flaws } from '../estate.data.ts';
import { chance, countsOf, type Estate } from '../estate.ts';
import { facet } from '../facet.ts';
import { packageOfFlaw } from '../image-parts.ts';
import { MockProblem, mock, pageOfRows } from '../mock-answer.ts';

const owners = [
  'ada',
  'platform-team',
  'grace',
  undefined,
  undefined,
  'a-team-with-a-rather-long-name@harbour.example',
];
const made = new WeakMap<Estate, RecommendationRow[]>();

export function recommendationsOf(estate: Estate): RecommendationRow[] {
  const known = made.get(estate);
  if (known) return known;
  const rows = flaws
    .filter((flaw) => flaw[7] !== '' && estate.images.length > 0)
    .slice(0, estate.scenario === 'one' ? 1 : undefined)
    .map((flaw, index): RecommendationRow => {
      const { name, version, type } = packageOfFlaw(flaw);
      const counts = countsOf(`r${name}${index}`, 0.4);
      const images = Math.max(1, Math.floor(estate.images.length * chance(`ri${index}`) ** 2));
      const removes = counts.critical + counts.high + counts.medium + counts.low + 1;
      const exploited = flaw[8] ? 1 + (index % 2) : 0;
      const owner = owners[index % owners.length];
      return {
        id: `${type}:${name}:${flaw[7]}`,
        package: { name, type, ...(type === 'deb' && { stream: 'debian 12' }) },
        from: index % 3 === 0 ? [version, `${version}.1`, `${version}.2`] : [version],
        to: flaw[7],
        title: `${name} ${version} → ${flaw[7]} in ${images} images removes ${removes} findings${exploited ? `, ${exploited} exploited` : ''}`,
        images,
        removes,
        flaws: [flaw[0], ...flaws.slice(index + 1, index + 4).map(([id]) => id)],
        counts: { ...counts, exploited },
        risk: Math.min(100, Math.round(flaw[3] * 4 + flaw[4] * 30 + exploited * 14)),
        ...(owner && { owner }),
        ...(index % 4 !== 3 && { due: new Date(Date.now() + (index * 5 - 8) * 86_400_000).toISOString().slice(0, 10) }),
        overdue: index % 4 !== 3 && index < 2,
        status: index % 5 === 1 ? 'doing' : index % 11 === 9 ? 'accepted' : 'open',
      };
    })
    .sort((a, b) => b.risk - a.risk);
  made.set(estate, rows);
  return rows;
}

export const recommendationAnswers = [
  mock({
    method: 'GET',
    path: '/recommendations',
    query: recommendationQuery,
    schema: recommendationPage,
    answer: ({ query, estate }) => {
      const rows = fitting(estate, query);
      return pageOfRows(rows, query);
    },
  }),
  mock({
    method: 'GET',
    path: '/recommendations/facets',
    query: recommendationFilter,
    schema: facets,
    answer: ({ query, estate }) => ({
      facets: [
        facet('status', fitting(estate, { ...query, status: undefined }), (row) => [row.status]),
        facet('overdue', fitting(estate, { ...query, overdue: undefined }), (row) => [String(row.overdue)]),
        facet('type', fitting(estate, { ...query, type: undefined }), (row) => [row.package.type]),
      ],
    }),
  }),
  mock({
    method: 'GET',
    path: '/recommendations/{id}',
    schema: recommendationDetail,
    answer: ({ params, estate }) => {
      const row = find(estate, params.id);
      return {
        ...row,
        imageList: estate.images.slice(0, row.images).map(({ digest, name }, index) => ({
          digest,
          name,
          version: row.from[index % row.from.length] ?? '',
          removes: 1 + (index % 4),
        })),
      };
    },
  }),
  mock({
    method: 'PATCH',
    path: '/recommendations/{id}',
    body: recommendationChange,
    schema: recommendationRow,
    answer: ({ params, estate, body }) => {
      const row = find(estate, params.id);
      if ((body as { owner?: string }).owner === 'nobody')
        throw new MockProblem(409, 'Nobody is no one who could own this.');
      for (const [name, value] of Object.entries(body as object)) {
        if (value === null) delete row[name as 'owner'];
        else row[name as 'owner'] = value;
      }
      return row;
    },
  }),
];

function fitting(estate: Estate, filter: z.output<typeof recommendationFilter>): RecommendationRow[] {
  const q = filter.q?.toLowerCase() ?? '';
  return recommendationsOf(estate).filter(
    (row) =>
      `${row.title} ${row.flaws} ${row.owner}`.toLowerCase().includes(q) &&
      (!filter.status || filter.status.includes(row.status)) &&
      (filter.overdue === undefined || row.overdue === filter.overdue) &&
      (!filter.type || filter.type.includes(row.package.type)) &&
      (!filter.owner || row.owner === filter.owner),
  );
}

function find(estate: Estate, id: string | undefined): RecommendationRow {
  const row = recommendationsOf(estate).find((one) => one.id === id);
  if (!row) throw new MockProblem(404, `There is no recommendation ${id}; it may be done.`);
  return row;
}
