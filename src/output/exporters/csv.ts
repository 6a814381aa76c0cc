import { visibleSentence } from '../../lib/visible-text.ts';
import type { Finding } from '../../model/finding.ts';
import type { Package } from '../../model/package.ts';
import type { Exporter } from '../exporter.ts';
import { flawUrl, leadingScore, pathsOf, webUrl } from '../flaw-facts.ts';
import { packageLabel } from '../package-label.ts';

/** One line for each finding, by RFC 4180. Columns are API: new ones are added at the end. */
export const csv: Exporter = {
  id: 'csv',
  title: 'Findings for spreadsheets, one a line',
  mediaType: 'text/csv',
  write: ({ findings, packages }) => {
    const byId = new Map(packages.map((found) => [found.id, found]));
    const lines = findings.map((finding) => columns.map(([, read]) => cell(read(finding, byId.get(finding.package)))));
    return [columns.map(([name]) => name), ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
  },
};

type Value = string | number | boolean | undefined;

const columns: readonly (readonly [name: string, read: (finding: Finding, found: Package | undefined) => Value])[] = [
  ['id', ({ id }) => id],
  ['severity', ({ severity }) => severity],
  ['package', ({ purl }, found) => (found ? packageLabel(found) : purl)],
  ['type', (_finding, found) => found?.type],
  ['installed', ({ installed }) => installed],
  ['fixed', ({ fixed }) => fixed.join(' ')],
  ['status', ({ status }) => status],
  ['kev', ({ kev }) => kev !== undefined],
  ['ransomware', ({ kev }) => kev?.ransomware === true],
  ['epss', ({ epss }) => epss?.score],
  ['epss_percentile', ({ epss }) => epss?.percentile],
  ['cvss_score', (finding) => leadingScore(finding)?.score],
  ['cvss_vector', (finding) => leadingScore(finding)?.vector],
  ['severity_source', ({ severitySource }) => severitySource],
  ['cwe', ({ cwe }) => cwe.join(' ')],
  ['aliases', ({ aliases }) => aliases.join(' ')],
  ['title', ({ title }) => title],
  ['published', ({ published }) => published],
  ['source_package', (_finding, found) => found?.source?.name],
  ['paths', (_finding, found) => found && pathsOf(found).join(' ')],
  ['layer', (_finding, found) => found?.locations[0]?.layer],
  ['purl', ({ purl }) => purl],
  ['url', ({ id, references }) => flawUrl(id) ?? references.flatMap((text) => webUrl(text) ?? [])[0]],
  ['ignored_reason', ({ ignored }) => ignored?.reason],
  ['ignored_until', ({ ignored }) => ignored?.expires],
  ['package_id', (finding) => finding.package],
];

/**
 * Spreadsheets run a cell that begins like a formula, so such text gets an apostrophe in front, which they take as "this
 * is text" (https://owasp.org/www-community/attacks/CSV_Injection). The `purl` column is never changed that way.
 */
function cell(value: Value): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = visibleSentence(value);
  const harmless = /^[=+\-@|%＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
