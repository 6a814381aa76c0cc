import { visibleSentence } from '../../../lib/visible-text.ts';
import type { Finding } from '../../../model/finding.ts';
import { type Severity, severities, severityRank } from '../../../model/severity.ts';
import { flawUrl, leadingScore, percentOf, webUrl } from '../../flaw-facts.ts';
import { plainText } from '../../markdown-text.ts';

/** A flaw as a SARIF rule. Code scanning shows its help, and ranks by `security-severity`. */
export function ruleOf(id: string, findings: readonly Finding[]) {
  const [first] = findings;
  const title = visibleSentence(findings.find((finding) => finding.title)?.title ?? `Known flaw ${id}`);
  const worst = [...findings].sort((a, b) => severityRank(a.severity) - severityRank(b.severity))[0];
  const severity = worst?.severity ?? 'unknown';
  const score = worst && securitySeverity(worst);
  const helpUri = flawUrl(id) ?? first?.references.flatMap((text) => webUrl(text) ?? [])[0];
  const facts = first ? factLines(findings) : [];
  const text = [title, ...facts].join('\n');
  return {
    id,
    shortDescription: { text: clipped(title) },
    fullDescription: { text: clipped(`${id}: ${title}`) },
    help: { text, markdown: [`**${plainText(title)}**`, ...facts.map((fact) => `- ${plainText(fact)}`)].join('\n\n') },
    ...(helpUri && { helpUri }),
    defaultConfiguration: { level: levelOf(severity) },
    properties: {
      tags: ['security', 'vulnerability', ...new Set(findings.flatMap(({ cwe }) => cwe))],
      precision: 'very-high',
      ...(score && { 'security-severity': score }),
    },
  };
}

export function levelOf(severity: Severity): 'error' | 'warning' | 'note' {
  if (severity === 'critical' || severity === 'high') return 'error';
  return severity === 'medium' || severity === 'unknown' ? 'warning' : 'note';
}

/** Lower bounds as GitHub draws them: over 9.0 is critical, 7.0 high, 4.0 medium, below low. */
const bands: Readonly<Record<Exclude<Severity, 'unknown'>, readonly [least: number, usual: number, most: number]>> = {
  critical: [9.1, 9.5, 10],
  high: [7, 8, 9],
  medium: [4, 5.5, 6.9],
  low: [0.1, 2, 3.9],
  negligible: [0.1, 0.1, 1],
};

/** The CVSS score where it says what the severity says; else a number that does, since vendors judge otherwise. */
function securitySeverity(finding: Finding): string | undefined {
  if (finding.severity === 'unknown') return undefined;
  const [least, usual, most] = bands[finding.severity];
  const score = leadingScore(finding)?.score;
  return (score !== undefined && score >= least && score <= most ? score : usual).toFixed(1);
}

function factLines(findings: readonly Finding[]): readonly string[] {
  const [first] = findings;
  if (!first) return [];
  const levels = severities.filter((severity) => findings.some((finding) => finding.severity === severity));
  const score = leadingScore(first);
  return [
    `Severity: ${levels.join(', ')} (by ${first.severitySource})`,
    ...(score ? [`CVSS ${score.version}: ${score.score} ${score.vector}`] : []),
    ...(first.kev ? [`Exploited in the wild${first.kev.ransomware ? ', also by ransomware' : ''} (CISA KEV)`] : []),
    ...(first.epss ? [`EPSS: ${percentOf(first.epss.score)} within 30 days (${first.epss.date})`] : []),
    ...(first.aliases.length > 0 ? [`Also known as: ${first.aliases.join(', ')}`] : []),
    ...first.references.flatMap((text) => webUrl(text) ?? []).map((url) => `See ${url}`),
  ].map(visibleSentence);
}

/** GitHub's limit for descriptions. */
function clipped(text: string): string {
  return text.length > 1024 ? `${text.slice(0, 1023).toWellFormed()}…` : text;
}
