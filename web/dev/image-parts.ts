import type { FindingRow, HistoryEvent, ImagePackage, ImageRow, UpgradeRow } from '../../src/server/contract/images.ts';
import { flaws } from './estate.data.ts';
import { chance, countsOf, hoursAgo, type Scenario, sha256 } from './estate.ts';

type Flaw = (typeof flaws)[number];

const distributionTypes = (name: string) =>
  name.includes(':')
    ? 'maven'
    : /^(lodash|semver|braces)$/.test(name)
      ? 'npm'
      : /^(requests|urllib3)$/.test(name)
        ? 'pypi'
        : name.includes('/') || name === 'stdlib'
          ? 'golang'
          : 'deb';

export function packageOfFlaw([, , , , , name, version]: Flaw) {
  const type = distributionTypes(name);
  return { name, version, type, purl: `pkg:${type}/${name.replace(':', '/')}@${encodeURIComponent(version)}` };
}

const statusOf = ([, , , , , , , fixed]: Flaw, index: number) =>
  fixed ? 'fixed' : index % 3 === 0 ? 'will-not-fix' : 'not-fixed';

function flawsOf(image: ImageRow, scenario: Scenario = 'many'): readonly Flaw[] {
  if (image.state !== 'scanned') return [];
  if (scenario === 'one') return flaws.slice(0, 1);
  return flaws.filter((flaw) => chance(image.digest + flaw[0]) < 0.62);
}

export function findingsOf(image: ImageRow, scenario: Scenario): readonly FindingRow[] {
  return flawsOf(image, scenario)
    .map((flaw, index): FindingRow => {
      const [id, title, severity, cvss, epss, , , fixed, exploited] = flaw;
      return {
        id: `f${index}-${id}`,
        image: { digest: image.digest, name: image.name },
        vulnerability: id,
        aliases: [],
        ...(index % 9 !== 8 && { title }),
        package: packageOfFlaw(flaw),
        places: [{ path: '/var/lib/dpkg/status', layer: sha256(`layer ${index % 2 === 0 ? 0 : 4}`) }],
        severity,
        severitySource: index % 2 === 0 ? 'debian' : 'nvd',
        ...(cvss > 0 && { cvss }),
        threat: {
          ...(exploited && { kev: { added: '2024-03-29', due: '2024-04-19', ransomware: false } }),
          epss: { score: epss, percentile: Math.min(0.999, epss ** 0.2), date: '2026-11-21' },
          exploits: exploited ? 4 : 0,
        },
        status: statusOf(flaw, index),
        fixed: fixed ? [fixed] : [],
        ...(fixed && { upgradeTo: fixed }),
        risk: Math.min(100, cvss * 4 + epss * 30 + (exploited ? 28 : 0)),
        firstSeen: hoursAgo(5 + index * 31),
        cause: index % 3 === 0 ? 'push' : 'advisory',
      };
    })
    .sort((a, b) => b.risk - a.risk);
}

export function packagesOf(image: ImageRow): readonly ImagePackage[] {
  return flaws.map((flaw, index) => {
    const { name, version, type, purl } = packageOfFlaw(flaw);
    return {
      id: `p${index}`,
      purl,
      name,
      version,
      type,
      ...(type === 'deb' && { source: { name, version } }),
      licenses: type === 'npm' ? ['MIT'] : type === 'deb' ? ['GPL-2.0-or-later', 'LGPL-2.1-only'] : ['Apache-2.0'],
      locations: [
        {
          path: type === 'deb' ? '/var/lib/dpkg/status' : `/app/node_modules/${name}/package.json`,
          layer: sha256(`layer ${type === 'deb' ? index % 2 : 4}`),
        },
      ],
      evidence: type === 'deb' ? 'package-database' : 'manifest',
      counts: countsOf(`${image.digest}${name}`, index < 20 ? 0.2 : 0),
    };
  });
}

export function upgradesOf(image: ImageRow): readonly UpgradeRow[] {
  return flawsOf(image)
    .filter((flaw) => flaw[7] !== '')
    .map((flaw, index) => {
      const { name, version, type } = packageOfFlaw(flaw);
      return {
        package: { name, version, type },
        to: flaw[7],
        removes: [flaw[0], ...flaws.slice(index, index + (index % 4)).map(([id]) => id)],
        counts: countsOf(`${name}${version}`, 0.15),
      };
    });
}

export function historyOf(image: ImageRow): readonly HistoryEvent[] {
  const [first = flaws[0], second = flaws[1]] = flawsOf(image);
  const events: HistoryEvent[] = [
    {
      at: hoursAgo(5),
      cause: 'advisory',
      change: 'appeared',
      vulnerability: first[0],
      package: first[5],
      text: `${first[0]} appeared in ${first[5]} ${first[6]}, since Debian published an advisory.`,
    },
    {
      at: hoursAgo(30),
      cause: 'fixed',
      change: 'went',
      vulnerability: second[0],
      package: second[5],
      text: `${second[0]} went: the advisory no longer covers ${second[5]} ${second[6]}.`,
    },
    {
      at: hoursAgo(52),
      cause: 'scan',
      change: 'scanned',
      text: `Scanned: ${image.packages} packages, ${image.counts.critical} critical findings.`,
    },
    {
      at: hoursAgo(52.01),
      cause: 'push',
      change: 'pushed',
      text: `Pushed to ${image.name} by a notification of the registry.`,
    },
  ];
  return image.state === 'scanned' ? events : [];
}

export const partsOf = (risk: number) => [
  {
    name: 'Exploited in the wild',
    points: Math.round(risk * 0.45 * 10) / 10,
    because: 'CVE-2024-3094 is in CISA’s catalogue since 29 March 2024.',
  },
  {
    name: 'Likelihood',
    points: Math.round(risk * 0.3 * 10) / 10,
    because: 'EPSS 86 %: higher than 99 % of all vulnerabilities.',
  },
  { name: 'Impact', points: Math.round(risk * 0.3 * 10) / 10, because: 'CVSS 10.0: code runs without a sign-in.' },
  { name: 'Fix', points: -Math.round(risk * 0.05 * 10) / 10, because: 'A fixed version is published.' },
];

export function whyOf(id: string) {
  const flaw = flaws.find(([cve]) => id.endsWith(cve)) ?? flaws[0];
  const { name, version, type } = packageOfFlaw(flaw);
  return {
    vulnerability: flaw[0],
    why: [
      {
        source: 'debian-tracker',
        record: flaw[0],
        stream: type === 'deb' ? 'debian 12' : type,
        name,
        version,
        scheme: type === 'deb' ? 'dpkg' : 'semver',
        range: flaw[7] ? `< ${flaw[7]}` : '*',
        comparisons: flaw[7] ? [`${version} < ${flaw[7]} → affected`] : [`every version is affected → ${version} is`],
        ...(flaw[7] && { fixed: flaw[7] }),
        severity: flaw[2],
        notes: ['Judged by the source package, whose version the binary carries.'],
      },
    ],
    risk: { score: 82, parts: partsOf(82) },
    references: [
      `https://nvd.nist.gov/vuln/detail/${flaw[0]}`,
      'https://security-tracker.debian.org/tracker/',
      'javascript:alert(1)',
    ],
  };
}
