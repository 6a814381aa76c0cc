import { createHash } from 'node:crypto';
import type { ImageRow } from '../../src/server/contract/images.ts';
import type { FindingCounts } from '../../src/server/contract/severity.ts';
import type { VulnerabilityRow } from '../../src/server/contract/vulnerabilities.ts';
import { flaws, repositories, systems } from './estate.data.ts';

/** How much there is to show. `odd` has what layouts fear: long names, missing fields, right-to-left text. */
export type Scenario = 'none' | 'one' | 'many' | 'huge' | 'odd';

export interface Estate {
  readonly scenario: Scenario;
  readonly images: readonly ImageRow[];
  /** What lies beside them in the registry. */
  readonly artifacts: readonly ImageRow[];
  readonly vulnerabilities: readonly VulnerabilityRow[];
  /** Set in a part of it: what it is a part of, and the registry that it is. */
  readonly whole?: Estate;
  readonly registry?: string;
}

const sizes: Readonly<Record<Scenario, number>> = { none: 0, one: 1, many: 137, huge: 50_000, odd: 24 };

export function makeEstate(scenario: Scenario): Estate {
  const images = Array.from({ length: sizes[scenario] }, (_, index) => imageAt(index, scenario));
  const known = scenario === 'none' ? [] : scenario === 'one' ? flaws.slice(0, 1) : flaws;
  const artifacts = scenario === 'many' ? artifactParts.map(artifactOf) : [];
  return {
    scenario,
    images,
    artifacts,
    vulnerabilities: known.map((flaw, index) => vulnerabilityOf(flaw, index, images.length)),
  };
}

/** The same number for the same seed, from 0 to 1. */
export function chance(seed: string | number): number {
  const bytes = createHash('sha256').update(String(seed)).digest();
  return bytes.readUInt32BE(0) / 2 ** 32;
}

export const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
export const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** Of a seed; worse with a higher weight. */
export function countsOf(seed: string, weight: number): FindingCounts {
  const upTo = (most: number, part: string) => Math.floor(chance(seed + part) ** 2 * most * weight);
  const counts = {
    critical: upTo(9, 'c'),
    high: upTo(40, 'h'),
    medium: upTo(120, 'm'),
    low: upTo(90, 'l'),
    negligible: upTo(140, 'n'),
    unknown: upTo(4, 'u'),
  };
  const actionable = counts.critical + counts.high + counts.medium;
  return {
    ...counts,
    fixable: Math.floor(actionable * chance(`${seed}f`)),
    exploited: counts.critical > 2 ? Math.ceil(counts.critical / 4) : 0,
  };
}

const noCounts: FindingCounts = {
  critical: 0,
  high: 0,
  medium: 0,
  low: 0,
  negligible: 0,
  unknown: 0,
  fixable: 0,
  exploited: 0,
};

function imageAt(index: number, scenario: Scenario): ImageRow {
  const repository = repositories[index % repositories.length] ?? 'shop/cart';
  const registry = index % 9 === 4 ? 'ghcr.io' : 'registry.harbour.example';
  const tag = `${1 + (index % 4)}.${Math.floor(chance(`tag${index}`) * 30)}.${index % 10}`;
  const digest = sha256(`image ${index}`);
  const [os, endOfLife] = systems[Math.floor(chance(`os${index}`) * systems.length)] ?? ['debian 12', false];
  const state = index === 5 || index === 40 ? 'failed' : index === 7 ? 'scanning' : index === 8 ? 'queued' : 'scanned';
  const counts = state === 'scanned' ? countsOf(digest, chance(`w${index}`)) : noCounts;
  const row: ImageRow = {
    digest,
    name: `${registry}/${repository}:${tag}`,
    locations: [
      { registry, repository, tags: [tag, 'latest'], pushed: hoursAgo(0.2 + chance(`p${index}`) ** 3 * 4_000) },
    ],
    platform: 'linux/amd64',
    os,
    endOfLife,
    state,
    ...(state === 'failed' && {
      failure: {
        code: 'IMAGE_UNREADABLE',
        message: `Layer 3 of ${repository}:${tag} could not be read: its gzip stream ends early. Push the image again.`,
      },
    }),
    problems: index % 17 === 3 ? 2 : 0,
    counts,
    risk: state === 'scanned' ? riskOf(counts) : 0,
    packages: 40 + Math.floor(chance(`n${index}`) * 600),
    firstSeen: hoursAgo(3 + chance(`p${index}`) ** 3 * 4_000),
    ...(state === 'scanned' && { scanned: hoursAgo(chance(`s${index}`) * 20) }),
  };
  return scenario === 'odd' ? oddImage(row, index) : row;
}

const artifactParts = [
  ['charts/shop', '1.4.0', { kind: 'helm-chart', mediaType: 'application/vnd.cncf.helm.config.v1+json' }],
  [
    'shop/cart',
    `sha256-${'4f'.repeat(32)}.sig`,
    { kind: 'signature', mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json' },
  ],
  [
    'shop/cart',
    `sha256-${'4f'.repeat(32)}.att`,
    { kind: 'attestation', mediaType: 'application/vnd.dsse.envelope.v1+json' },
  ],
] as const;

function artifactOf([repository, tag, artifact]: (typeof artifactParts)[number]): ImageRow {
  const registry = 'production';
  return {
    digest: sha256(`artifact ${artifact.kind}`),
    name: `registry.harbour.example/${repository}:${tag}`,
    locations: [{ registry, repository, tags: [tag], pushed: hoursAgo(30) }],
    state: 'artifact',
    artifact,
    ...{ problems: 0, counts: noCounts, risk: 0, packages: 0, firstSeen: hoursAgo(30) },
  };
}

function oddImage(row: ImageRow, index: number): ImageRow {
  const names = [
    `registry.harbour.example/${'deeply/nested/'.repeat(9)}service-with-a-name-that-does-not-end:release-2024-11-22T10-00-00Z-${'a'.repeat(40)}`,
    'registry.harbour.example/متجر/سلة-التسوق:١٫٢',
    'registry.harbour.example/חנות/עגלה:latest',
    `registry.harbour.example/${'x'.repeat(180)}:1`,
    row.digest,
  ];
  const { platform: _platform, os: _os, endOfLife: _end, scanned: _scanned, ...bare } = row;
  const name = names[index % names.length] ?? row.name;
  return index % 2 === 0
    ? { ...bare, name, locations: [] }
    : { ...row, name, os: 'an operating system with a very long name 2024 LTS (Extended Edition)' };
}

const riskOf = (counts: FindingCounts) =>
  Math.min(100, counts.exploited * 18 + counts.critical * 6 + counts.high * 1.2 + counts.medium * 0.15);

type Flaw = (typeof flaws)[number];

function vulnerabilityOf(flaw: Flaw, index: number, images: number): VulnerabilityRow {
  const [id, title, severity, cvss, epss, name, , fixed, exploited] = flaw;
  return {
    id,
    aliases: index % 5 === 0 ? [`GHSA-${id.slice(-4).toLowerCase()}-mock-alias`] : [],
    ...(index % 11 === 10 ? {} : { title }),
    severity,
    ...(cvss > 0 && { cvss }),
    threat: {
      ...(exploited && { kev: { added: '2024-03-29', due: '2024-04-19', ransomware: index % 2 === 1 } }),
      ...(index % 13 !== 12 && { epss: { score: epss, percentile: Math.min(0.999, epss ** 0.2), date: '2026-11-21' } }),
      exploits: exploited ? 6 : Math.floor(epss * 5),
    },
    risk: Math.round(Math.min(100, cvss * 4 + epss * 30 + (exploited ? 28 : 0)) * 10) / 10,
    images: Math.max(1, Math.floor(images * chance(`vi${index}`) ** 2)),
    packages: [name],
    fixable: fixed !== '',
    firstSeen: hoursAgo(2 + chance(`vf${index}`) ** 2 * 2_000),
  };
}
