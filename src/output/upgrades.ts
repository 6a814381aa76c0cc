import type { Finding } from '../model/finding.ts';
import { byDanger } from '../model/finding-order.ts';
import type { Package } from '../model/package.ts';
import type { Report } from '../model/report.ts';
import { type Severity, severities, severityRank } from '../model/severity.ts';
import { isOsPackage, packageLabel } from './package-label.ts';

/** Findings that one act of a person concerns: all in one version of one package, wherever it lies. */
export interface PackageGroup {
  /** What is upgraded: the source package of a distribution, else the package. */
  readonly name: string;
  /** purl type. */
  readonly type: string;
  readonly installed: string;
  /** The instances, each once; for a source package, those built from it. */
  readonly packages: readonly Package[];
  /** Most dangerous first. At least one. */
  readonly findings: readonly Finding[];
  readonly worst: Severity;
  /** Findings that are exploited in the wild. */
  readonly exploited: number;
  readonly isUsedByRansomware: boolean;
  readonly hasExploitModule: boolean;
  /** Highest EPSS score. */
  readonly epss?: number;
}

/** Upgrade this, and these findings go away. */
export interface Upgrade extends PackageGroup {
  /** The version in which all its findings are fixed. */
  readonly target: string;
}

/** A report, sorted into what can be done about it. Each finding stands in exactly one list. */
export interface UpgradePlan {
  /** Most dangerous first, as the others. */
  readonly upgrades: readonly Upgrade[];
  readonly unfixed: readonly PackageGroup[];
  readonly ignored: readonly Finding[];
}

export function planUpgrades(report: Report): UpgradePlan {
  const packages = new Map(report.packages.map((found) => [found.id, found]));
  const counted = report.findings.filter(({ ignored }) => !ignored);
  const byTarget = Map.groupBy(counted, targetOf);
  return {
    upgrades: [...byTarget]
      .flatMap(([target, findings]) =>
        target === undefined
          ? []
          : groupsOf(findings, packages).map((group) => ({ ...group, target: spelledLike(group.installed, target) })),
      )
      .sort(byGroupDanger),
    unfixed: groupsOf(byTarget.get(undefined) ?? [], packages).sort(byGroupDanger),
    ignored: report.findings.filter(({ ignored }) => ignored).sort(byDanger),
  };
}

/** A version with the `v` that Go and others write before theirs, where the installed one has it and advisories do not. */
export function spelledLike(installed: string, version: string): string {
  return /^v\d/.test(installed) && /^\d/.test(version) ? `v${version}` : version;
}

/** How many findings there are of each severity that occurs, worst first. */
export function countBySeverity(findings: readonly Finding[]): readonly (readonly [Severity, number])[] {
  const counts = new Map<Severity, number>();
  for (const { severity } of findings) counts.set(severity, (counts.get(severity) ?? 0) + 1);
  return severities.flatMap((severity) => {
    const count = counts.get(severity);
    return count ? [[severity, count] as const] : [];
  });
}

/** Ids of the flaws, each once, in the order of the findings. */
export function flawsOf(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) if (!seen.has(finding.id)) seen.set(finding.id, finding);
  return [...seen.values()];
}

function groupsOf(findings: readonly Finding[], packages: ReadonlyMap<string, Package>): PackageGroup[] {
  const groups = Map.groupBy(findings, (finding) => {
    const { type, name, installed } = subjectOf(finding, packages.get(finding.package));
    return `${type}\0${name}\0${installed}`;
  });
  return [...groups.values()].map((group) => groupOf(group.sort(byDanger), packages)).sort(byGroupDanger);
}

function byGroupDanger(a: PackageGroup, b: PackageGroup): number {
  return (
    Number(b.exploited > 0) - Number(a.exploited > 0) ||
    severityRank(a.worst) - severityRank(b.worst) ||
    (b.epss ?? 0) - (a.epss ?? 0) ||
    byDanger(first(a.findings), first(b.findings))
  );
}

function groupOf(findings: readonly Finding[], packages: ReadonlyMap<string, Package>): PackageGroup {
  const head = first(findings);
  const instances = [...new Set(findings.map((finding) => finding.package))].flatMap((id) => packages.get(id) ?? []);
  const scores = findings.flatMap(({ epss }) => epss?.score ?? []);
  return {
    ...subjectOf(head, packages.get(head.package)),
    packages: instances.sort((a, b) => (a.purl < b.purl ? -1 : a.purl > b.purl ? 1 : 0)),
    findings,
    worst: findings.map(({ severity }) => severity).sort((a, b) => severityRank(a) - severityRank(b))[0] ?? 'unknown',
    exploited: findings.filter(({ kev }) => kev).length,
    isUsedByRansomware: findings.some(({ kev }) => kev?.ransomware),
    hasExploitModule: findings.some(({ exploits }) => (exploits?.metasploit?.length ?? 0) > 0),
    ...(scores.length > 0 && { epss: scores.reduce((a, b) => Math.max(a, b)) }),
  };
}

/** What a person would upgrade. Binaries of one source package are released together. */
function subjectOf(finding: Finding, found: Package | undefined): Pick<PackageGroup, 'type' | 'name' | 'installed'> {
  if (!found) return { type: '', name: finding.purl, installed: finding.installed };
  const { type, source } = found;
  if (source && isOsPackage(type)) return { type, name: source.name, installed: source.version || finding.installed };
  return { type, name: packageLabel(found), installed: finding.installed };
}

/** What one version cannot fix together with the rest has its own: the lowest that fixes it. */
function targetOf({ upgradeTo, fixed }: Finding): string | undefined {
  return upgradeTo ?? fixed[0];
}

function first([head]: readonly Finding[]): Finding {
  if (!head) throw new RangeError('a group has at least one finding');
  return head;
}
