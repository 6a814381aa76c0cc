import type * as z from 'zod';
import { facets } from '../../../src/server/contract/images.ts';
import { pageQuery } from '../../../src/server/contract/paging.ts';
import type { VulnerabilityRow } from '../../../src/server/contract/vulnerabilities.ts';
import {
  affectedImagePage,
  vulnerabilityDetail,
  vulnerabilityFilter,
  vulnerabilityPage,
  vulnerabilityQuery,
} from '../../../src/server/contract/vulnerabilities.ts';
import { flaws } from '../estate.data.ts';
import { type Estate, hoursAgo } from '../estate.ts';
import { facet } from '../facet.ts';
import { packageOfFlaw, partsOf } from '../image-parts.ts';
import { MockProblem, mock, pageOfRows } from '../mock-answer.ts';

const order: Readonly<Record<string, (row: VulnerabilityRow) => number | string>> = {
  risk: (row) => row.risk,
  images: (row) => row.images,
  epss: (row) => row.threat.epss?.score ?? 0,
  id: (row) => row.id,
  firstSeen: (row) => row.firstSeen,
};

export const vulnerabilityAnswers = [
  mock({
    method: 'GET',
    path: '/vulnerabilities',
    query: vulnerabilityQuery,
    schema: vulnerabilityPage,
    answer: ({ query, estate }) => {
      const by = order[query.sort] ?? (() => 0);
      const turn = (query.direction ?? (query.sort === 'id' ? 'asc' : 'desc')) === 'asc' ? 1 : -1;
      const rows = fitting(estate, query).sort((a, b) => (by(a) < by(b) ? -turn : by(a) > by(b) ? turn : 0));
      return pageOfRows(rows, query);
    },
  }),
  mock({
    method: 'GET',
    path: '/vulnerabilities/facets',
    query: vulnerabilityFilter,
    schema: facets,
    answer: ({ query, estate }) => ({
      facets: [
        facet('severity', fitting(estate, { ...query, severity: undefined }), (row) => [row.severity]),
        facet('fixable', fitting(estate, { ...query, fixable: undefined }), (row) => [String(row.fixable)]),
        facet('exploited', fitting(estate, { ...query, exploited: undefined }), (row) => [
          String(Boolean(row.threat.kev)),
        ]),
        facet('type', fitting(estate, { ...query, type: undefined }), typesOf),
        facet('epss', fitting(estate, { ...query, epss: undefined }), (row) =>
          ['0.01', '0.1', '0.5'].filter((least) => (row.threat.epss?.score ?? 0) >= Number(least)),
        ),
      ],
    }),
  }),
  mock({
    method: 'GET',
    path: '/vulnerabilities/{id}',
    schema: vulnerabilityDetail,
    answer: ({ params, estate }) => {
      const { row, flaw } = find(estate, params.id);
      const { purl: _purl, ...pkg } = packageOfFlaw(flaw);
      const affected = {
        package: pkg,
        stream: pkg.type === 'deb' ? 'debian 12' : undefined,
        severity: row.severity,
        status: flaw[7] ? ('fixed' as const) : ('not-fixed' as const),
        fixed: flaw[7] ? [flaw[7]] : [],
        images: row.images,
      };
      return {
        ...row,
        cvssList: row.cvss
          ? [{ version: '3.1', vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', score: row.cvss, source: 'nvd' }]
          : [],
        cwe: ['CWE-506'],
        ssvc: { exploitation: 'active', automatable: 'yes', technicalImpact: 'total' },
        published: '2024-03-29T17:15:21Z',
        references: [
          `https://nvd.nist.gov/vuln/detail/${row.id}`,
          'https://www.openwall.com/lists/oss-security/2024/03/29/4',
        ],
        riskParts: partsOf(row.risk),
        exploits: {
          metasploit: row.threat.kev ? ['exploit/linux/ssh/xz_backdoor'] : [],
          github: row.threat.exploits,
          exploitDb: 0,
        },
        affected: [
          affected,
          {
            ...affected,
            package: { ...pkg, version: `${pkg.version}.1` },
            images: 1,
            fixed: [],
            status: 'unknown' as const,
          },
        ],
      };
    },
  }),
  mock({
    method: 'GET',
    path: '/vulnerabilities/{id}/images',
    query: pageQuery,
    schema: affectedImagePage,
    answer: ({ params, query, estate }) => {
      const { row, flaw } = find(estate, params.id);
      const rows = estate.images.slice(0, row.images).map((image, index) => ({
        digest: image.digest,
        name: image.name,
        package: packageOfFlaw(flaw),
        status: flaw[7] ? ('fixed' as const) : ('not-fixed' as const),
        fixed: flaw[7] ? [flaw[7]] : [],
        since: hoursAgo(5 + index * 11),
      }));
      return pageOfRows(rows, query);
    },
  }),
];

function fitting(estate: Estate, filter: z.output<typeof vulnerabilityFilter>): VulnerabilityRow[] {
  const q = filter.q?.toLowerCase() ?? '';
  return estate.vulnerabilities.filter(
    (row) =>
      `${row.id} ${row.title} ${row.packages}`.toLowerCase().includes(q) &&
      (!filter.severity || filter.severity.includes(row.severity)) &&
      (filter.fixable === undefined || row.fixable === filter.fixable) &&
      (filter.exploited === undefined || Boolean(row.threat.kev) === filter.exploited) &&
      (filter.epss === undefined || (row.threat.epss?.score ?? 0) >= filter.epss) &&
      (!filter.type || typesOf(row).some((type) => filter.type?.includes(type))),
  );
}

function typesOf({ id }: VulnerabilityRow): string[] {
  const flaw = flaws.find((one) => one[0] === id);
  return flaw ? [packageOfFlaw(flaw).type] : [];
}

function find(estate: Estate, id: string | undefined) {
  const row = estate.vulnerabilities.find((one) => one.id === id);
  const flaw = flaws.find((one) => one[0] === id);
  if (!row || !flaw) throw new MockProblem(404, `No image here is affected by ${id}.`);
  return { row, flaw };
}
