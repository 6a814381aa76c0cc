import type * as z from 'zod';
import {
  type FindingRow,
  facets,
  findingPage,
  findingQuery,
  findingWhy,
  historyPage,
  historyQuery,
  type ImageRow,
  imageDetail,
  imageFilter,
  imagePackagePage,
  imagePackageQuery,
  imagePage,
  imageQuery,
  upgradeList,
} from '../../../src/server/contract/images.ts';
import { buildSteps } from '../estate.data.ts';
import type { Estate } from '../estate.ts';
import { sha256 } from '../estate.ts';
import { facet } from '../facet.ts';
import { findingsOf, historyOf, packagesOf, partsOf, upgradesOf, whyOf } from '../image-parts.ts';
import { MockProblem, mock, pageOfRows } from '../mock-answer.ts';
import { exceptionsOf } from './exceptions.ts';

type Filter = z.output<typeof imageFilter>;

const order: Readonly<Record<string, (image: ImageRow) => number | string>> = {
  risk: (image) => image.risk,
  name: (image) => image.name,
  pushed: (image) => image.locations[0]?.pushed ?? '',
  scanned: (image) => image.scanned ?? '',
  critical: (image) => image.counts.critical * 1_000 + image.counts.high,
};

export const imageAnswers = [
  mock({
    method: 'GET',
    path: '/images',
    query: imageQuery,
    schema: imagePage,
    answer: ({ query, estate }) => {
      const by = order[query.sort] ?? (() => 0);
      const turn = (query.direction ?? (query.sort === 'name' ? 'asc' : 'desc')) === 'asc' ? 1 : -1;
      const rows = fitting(estate, query).sort((a, b) => (by(a) < by(b) ? -turn : by(a) > by(b) ? turn : 0));
      return pageOfRows(rows, query);
    },
  }),
  mock({
    method: 'GET',
    path: '/images/facets',
    query: imageFilter,
    schema: facets,
    answer: ({ query, estate }) => ({
      facets: [
        facet('registry', fitting(estate, { ...query, registry: undefined }), (image) =>
          image.locations.map((one) => one.registry),
        ),
        facet('repository', fitting(estate, { ...query, repository: undefined }), (image) =>
          image.locations.map((one) => one.repository),
        ),
        facet('os', fitting(estate, { ...query, os: undefined }), (image) => (image.os ? [image.os] : [])),
        facet('state', fitting(estate, { ...query, state: undefined }), (image) => [image.state]),
        facet('severity', fitting(estate, { ...query, severity: undefined }), severitiesOf),
        facet('exploited', fitting(estate, query), (image) => [String(image.counts.exploited > 0)]),
        facet('fixable', fitting(estate, query), (image) => [String(image.counts.fixable > 0)]),
        facet('endOfLife', fitting(estate, query), (image) => [String(image.endOfLife === true)]),
        facet('partial', fitting(estate, query), (image) => [String(isPartial(image))]),
      ],
    }),
  }),
  mock({
    method: 'GET',
    path: '/images/{digest}',
    schema: imageDetail,
    answer: ({ params, estate }) => {
      const image = find(estate, params.digest);
      return {
        ...image,
        riskParts: partsOf(image.risk),
        manifestDigest: image.digest,
        configDigest: sha256(`config ${image.digest}`),
        layers: buildSteps.map((createdBy, index) => ({
          diffID: sha256(`layer ${index}`),
          ...(index < 5 && { createdBy }),
          packages: [88, 24, 0, 0, 312, 1][index] ?? 0,
          findings: [41, 12, 0, 0, 29, 0][index] ?? 0,
        })),
        coverage: [
          { stream: 'debian 12', level: 'full', date: '2026-11-22' },
          { stream: 'npm', level: 'full', date: '2026-11-22' },
        ],
        problemList:
          image.problems > 0
            ? [
                {
                  code: 'file-corrupt',
                  where: '/app/vendor/legacy.jar',
                  message: 'The archive /app/vendor/legacy.jar ends early; packages inside it are not listed.',
                  remark: false,
                },
                {
                  code: 'version-unresolved',
                  where: '/usr/local/bin/tool',
                  message: 'The program /usr/local/bin/tool names no version.',
                  remark: false,
                },
                {
                  code: 'distribution-in-extended-support',
                  where: 'debian:12',
                  message:
                    'Regular support of Debian GNU/Linux 12 (bookworm) ended on 2026-07-11; long-term support fixes a part of it until 2028-06-30. Plan the move to a newer release.',
                  remark: true,
                },
              ]
            : [],
        database: { built: new Date(Date.now() - 5 * 3_600_000).toISOString() },
      };
    },
  }),
  mock({
    method: 'GET',
    path: '/images/{digest}/findings',
    query: findingQuery,
    schema: findingPage,
    answer: ({ params, query, estate }) => {
      const q = query.q?.toLowerCase();
      const image = find(estate, params.digest);
      const rows = findingsOf(image, estate.scenario)
        .map((row) => withRequest(row, image, estate))
        .filter(
          (row) =>
            (!q || `${row.vulnerability} ${row.title} ${row.package.name}`.toLowerCase().includes(q)) &&
            (!query.severity || query.severity.includes(row.severity)) &&
            (!query.status || query.status.includes(row.status)) &&
            (query.exploited === undefined || Boolean(row.threat.kev) === query.exploited) &&
            (!query.type || query.type.includes(row.package.type)) &&
            (query.fixable === undefined || row.fixed.length > 0 === query.fixable),
        );
      return pageOfRows(rows, query);
    },
  }),
  mock({
    method: 'GET',
    path: '/images/{digest}/packages',
    query: imagePackageQuery,
    schema: imagePackagePage,
    answer: ({ params, query, estate }) =>
      pageOfRows(
        packagesOf(find(estate, params.digest)).filter(({ name }) => name.includes(query.q ?? '')),
        query,
      ),
  }),
  mock({
    method: 'GET',
    path: '/images/{digest}/upgrades',
    schema: upgradeList,
    answer: ({ params, estate }) => ({ items: upgradesOf(find(estate, params.digest)) }),
  }),
  mock({
    method: 'GET',
    path: '/images/{digest}/history',
    query: historyQuery,
    schema: historyPage,
    answer: ({ params, query, estate }) => pageOfRows(historyOf(find(estate, params.digest)), query),
  }),
  mock({
    method: 'GET',
    path: '/history',
    query: historyQuery,
    schema: historyPage,
    answer: ({ query, estate }) => {
      const events = estate.images.slice(0, 400).flatMap((image) =>
        historyOf(image)
          .map((event) => ({ ...event, image: image.digest }))
          .filter(
            ({ change, cause }) =>
              (!query.change || query.change.includes(change)) && (!query.cause || query.cause.includes(cause)),
          ),
      );
      return pageOfRows(events, query);
    },
  }),
  mock({
    method: 'GET',
    path: '/findings/{id}/why',
    schema: findingWhy,
    answer: ({ params }) => whyOf(params.id ?? ''),
  }),
];

function withRequest(row: FindingRow, image: ImageRow, estate: Estate): FindingRow {
  const found = exceptionsOf(estate).find(
    ({ state, scope }) =>
      (state === 'asked' || state === 'refused') &&
      (!scope.vulnerability || scope.vulnerability === row.vulnerability) &&
      (!scope.package || scope.package === row.package.name) &&
      (!scope.image || scope.image === image.digest) &&
      (!scope.repository || image.locations.some((one) => isLike(one.repository, scope.repository ?? ''))),
  );
  if (found?.state === 'asked')
    return { ...row, request: { id: found.id, state: 'asked', by: found.askedBy, at: found.askedAt } };
  if (found?.state === 'refused')
    return {
      ...row,
      request: { id: found.id, state: 'refused', by: found.decidedBy ?? '', at: found.decidedAt ?? found.askedAt },
    };
  return row;
}

const isLike = (text: string, glob: string) =>
  glob.endsWith('*') ? text.startsWith(glob.slice(0, -1)) : text === glob;

function find(estate: Estate, digest: string | undefined): ImageRow {
  const image = [...estate.images, ...estate.artifacts].find((one) => one.digest === digest);
  if (!image) throw new MockProblem(404, `No image ${digest} is known. It may have been deleted from its registry.`);
  return image;
}

const severitiesOf = (image: ImageRow) =>
  (['critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const).filter((level) => image.counts[level] > 0);

const isPartial = ({ state, problems }: ImageRow) => state === 'scanned' && problems > 0;

function fitting(estate: Estate, filter: Filter): ImageRow[] {
  const q = filter.q?.toLowerCase();
  return [...estate.images, ...estate.artifacts].filter(
    (image) =>
      (!q || image.name.toLowerCase().includes(q) || image.digest.includes(q)) &&
      (!filter.registry || image.locations.some((one) => filter.registry?.includes(one.registry))) &&
      (!filter.repository || image.locations.some((one) => filter.repository?.includes(one.repository))) &&
      (filter.state ? filter.state.includes(image.state) : image.state !== 'artifact') &&
      (!filter.os || filter.os.includes(image.os ?? '')) &&
      (!filter.severity || severitiesOf(image).some((level) => filter.severity?.includes(level))) &&
      (filter.exploited === undefined || image.counts.exploited > 0 === filter.exploited) &&
      (filter.fixable === undefined || image.counts.fixable > 0 === filter.fixable) &&
      (filter.endOfLife === undefined || (image.endOfLife === true) === filter.endOfLife) &&
      (filter.partial === undefined || isPartial(image) === filter.partial),
  );
}
