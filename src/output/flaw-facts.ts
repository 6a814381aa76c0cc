import type { Finding, FindingStatus } from '../model/finding.ts';
import type { Package } from '../model/package.ts';
import type { PackageGroup } from './upgrades.ts';

/** The page that tells of a flaw, by who issued its id; undefined for an id of no known form. */
export function flawUrl(id: string): string | undefined {
  if (/^CVE-\d{4}-\d{4,}$/.test(id)) return `https://nvd.nist.gov/vuln/detail/${id}`;
  if (/^GHSA(-[0-9a-z]{4}){3}$/.test(id)) return `https://github.com/advisories/${id}`;
  if (/^GO-\d{4}-\d{4,}$/.test(id)) return `https://pkg.go.dev/vuln/${id}`;
  if (/^RUSTSEC-\d{4}-\d{4,}$/.test(id)) return `https://rustsec.org/advisories/${id}.html`;
  return undefined;
}

/** A reference that may be followed: an absolute web address, spelled as RFC 3986 wants it; undefined for anything else. */
export function webUrl(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '') return undefined;
  if (url.hostname.startsWith('[')) return undefined;
  return url.href.replace(/[|^`{}[\]\\]/g, encodeURIComponent).replace(/%(?![0-9A-Fa-f]{2})/g, '%25');
}

/** `94%`, `2.7%`, `<0.1%`. */
export function percentOf(share: number): string {
  const percent = share * 100;
  if (percent >= 9.95) return `${Math.round(percent)}%`;
  return percent < 0.1 ? '<0.1%' : `${percent.toFixed(1)}%`;
}

/** What is known of exploitation, in a word or two; empty when nothing is. */
export function exploitationOf(group: PackageGroup): string {
  if (group.exploited > 0) return group.isUsedByRansomware ? 'KEV ransomware' : 'KEV';
  return group.hasExploitModule ? 'exploit kit' : '';
}

/** A finding's status for people. */
export const statusWords: Readonly<Record<FindingStatus, string>> = {
  fixed: 'fixed',
  'not-fixed': 'not fixed',
  'will-not-fix': 'will not be fixed',
  unknown: 'fix unknown',
};

/** Paths where a package lies, without doubles. */
export function pathsOf({ locations }: Package): readonly string[] {
  return [...new Set(locations.map(({ path }) => path))];
}

/** The highest score a finding has, version 3 preferred as for its severity. */
export function leadingScore({ cvss }: Finding): Finding['cvss'][number] | undefined {
  return (
    cvss.find(({ version }) => version.startsWith('3')) ??
    cvss.find(({ version }) => version.startsWith('4')) ??
    cvss[0]
  );
}
