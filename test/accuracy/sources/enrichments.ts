import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the raw sources of facts say of one CVE. */
export interface RawFacts {
  readonly epss?: readonly [score: number, percentile: number];
  readonly kev?: { readonly added: string; readonly due: string; readonly ransomware: boolean };
  readonly metasploit: readonly string[];
  readonly github: number;
  readonly exploitDb: number;
  readonly vectors: readonly string[];
  readonly ssvc?: readonly [exploitation: string, automatable: string, technicalImpact: string];
  readonly cwe: readonly string[];
}

interface KevEntry {
  readonly cveID: string;
  readonly dateAdded: string;
  readonly dueDate: string;
  readonly knownRansomwareCampaignUse: string;
  readonly cwes?: readonly string[];
}

interface Metric {
  readonly [name: string]: unknown;
  readonly other?: {
    readonly type: string;
    readonly content: { readonly options?: readonly Record<string, string>[] };
  };
}

interface Container {
  readonly metrics?: readonly Metric[];
  readonly problemTypes?: readonly {
    readonly descriptions?: readonly { readonly cweId?: string; readonly description?: string }[];
  }[];
}

/** Repositories that list every CVE there is prove nothing. */
const listsOfEverything =
  /^https:\/\/github\.com\/(fkie-cad\/nvd-json-data-feeds|ARPSyndicate\/cvemon|ARPSyndicate\/cve-scores|NaInSec\/CVE-LIST|NaInSec\/CVE-PoC-in-GitHub|CVEDB\/|n0-traces\/cve_monitor|w4zu\/Debian_security|karimhabush\/cyberowl|404notf0und\/CVE-Flow|cku-heise\/euvd-api-doc)/;

export function rawFacts(data: string): (cve: string) => RawFacts {
  const epss = readScores(join(data, 'epss-2026-08'));
  const catalog = JSON.parse(readFileSync(join(data, 'kev-2026-08/known_exploited_vulnerabilities.json'), 'utf8')) as {
    readonly vulnerabilities: readonly KevEntry[];
  };
  const kev = new Map(catalog.vulnerabilities.map((entry) => [entry.cveID, entry]));
  const modules = readTable(join(data, 'exploit-refs/metasploit-cve-modules.2025-05.tsv'));
  const counts = readTable(join(data, 'exploit-refs/trickest-poc-counts.2026-08.tsv'));
  return (cve) => {
    const score = epss.get(cve);
    const exploited = kev.get(cve);
    const [, github = '0', exploitDb = '0', links = ''] = counts.get(cve) ?? [];
    const record = recordOf(join(data, 'vulnrichment-2024-10'), cve);
    return {
      ...(score && { epss: score }),
      ...(exploited && {
        kev: {
          added: exploited.dateAdded,
          due: exploited.dueDate,
          ransomware: exploited.knownRansomwareCampaignUse === 'Known',
        },
      }),
      metasploit: modules.get(cve)?.[0]?.split(',') ?? [],
      github: Math.max(0, Number(github) - links.split(' ').filter((link) => listsOfEverything.test(link)).length),
      exploitDb: Number(exploitDb),
      ...record,
      cwe: [...new Set([...(exploited?.cwes ?? []), ...record.cwe])],
    };
  };
}

function readScores(root: string): Map<string, readonly [number, number]> {
  const scores = new Map<string, readonly [number, number]>();
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.csv')) continue;
    for (const line of readFileSync(join(root, path), 'utf8').split('\n')) {
      const [cve = '', score, percentile] = line.split(';');
      if (cve.startsWith('CVE-')) scores.set(cve, [Number(score), Number(percentile)]);
    }
  }
  return scores;
}

function readTable(path: string): Map<string, string[]> {
  const rows = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => line.split('\t'));
  return new Map(rows.map(([cve = '', ...cells]) => [cve, cells]));
}

/** `2024/1xxx/CVE-2024-1234.json`: the vectors, decision points and weaknesses of its assigner and of CISA. */
function recordOf(root: string, cve: string): Pick<RawFacts, 'vectors' | 'ssvc' | 'cwe'> {
  const [, year = '', number = ''] = cve.split('-');
  const path = join(root, year, `${number.slice(0, -3)}xxx`, `${cve}.json`);
  if (!existsSync(path)) return { vectors: [], cwe: [] };
  const { cveMetadata, containers } = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly cveMetadata: { readonly state: string };
    readonly containers: { readonly cna: Container; readonly adp?: readonly Container[] };
  };
  if (cveMetadata.state === 'REJECTED') return { vectors: [], cwe: [] };
  const parts = [containers.cna, ...(containers.adp ?? [])];
  const metrics = parts.flatMap((part) => part.metrics ?? []);
  const options = metrics
    .flatMap(({ other }) => (other?.type === 'ssvc' ? [Object.assign({}, ...(other.content.options ?? []))] : []))
    .at(-1) as Record<string, string> | undefined;
  const points = ['Exploitation', 'Automatable', 'Technical Impact'].map(
    (name) => options?.[name]?.toLowerCase() ?? '',
  );
  const descriptions = parts.flatMap(({ problemTypes = [] }) =>
    problemTypes.flatMap(({ descriptions: list = [] }) => list),
  );
  return {
    vectors: metrics.flatMap((metric) =>
      Object.entries(metric).flatMap(([name, value]) =>
        name.startsWith('cvssV') ? (value as { vectorString: string }).vectorString : [],
      ),
    ),
    ...(points.every(Boolean) && { ssvc: points as unknown as [string, string, string] }),
    cwe: descriptions.flatMap(({ cweId, description = '' }) => /^CWE-\d+/.exec(cweId ?? description)?.[0] ?? []),
  };
}
