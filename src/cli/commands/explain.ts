import { AppError } from '../../lib/errors.ts';
import { visibleText } from '../../lib/visible-text.ts';
import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import { isMeantBy } from '../../vulnerability/package-name.ts';
import { type Command, exitCodes } from '../command.ts';
import { createProgress } from '../progress.ts';
import { runScan } from '../run-scan.ts';
import { parseScanArguments, scanOptionsHelp } from '../scan-arguments.ts';

const help = `Shows why one flaw is reported: record, range, comparison, severity, and where the package lies.

Usage: breakwater explain REFERENCE FLAW [PACKAGE] [options]

  FLAW is any id of it (CVE-…, GHSA-…); PACKAGE narrows it to one package by name, package URL or id.

${scanOptionsHelp}

Exit codes: 0 done, 1 the flaw is not reported for this image, 2 could not do the job.
`;

export const explain: Command = {
  id: 'explain',
  summary: 'show why one flaw is reported, step by step',
  help,
  run: async (args, terminal, resources) => {
    const parsed = parseScanArguments(args, terminal);
    const [flaw, wanted] = parsed.rest;
    if (!flaw)
      throw new AppError('USAGE', 'Name the flaw after the image: breakwater explain REFERENCE CVE-2021-44228.');
    const progress = createProgress(terminal, parsed.quiet);
    const report = await runScan(parsed, terminal, resources, progress.onEvent).finally(progress.done);
    const found = report.findings.filter(({ id, aliases }) =>
      [id, ...aliases].some((each) => each.toLowerCase() === flaw.toLowerCase()),
    );
    const chosen = wanted ? found.filter((finding) => isAbout(report, finding, wanted)) : found;
    if (chosen.length === 0) {
      terminal.out(
        `${visibleText(`${flaw} is not reported for ${report.image.reference}${wanted ? ` in ${wanted}` : ''}`)}.\n`,
      );
      return exitCodes.overThreshold;
    }
    terminal.out(chosen.map((finding) => explainFinding(report, finding)).join('\n'));
    return exitCodes.done;
  },
};

function isAbout(report: Report, finding: Finding, wanted: string): boolean {
  const found = packageOf(report, finding);
  return finding.package === wanted || (found !== undefined && isMeantBy(found, wanted));
}

function explainFinding(report: Report, finding: Finding): string {
  const found = packageOf(report, finding);
  const lines = [
    `${finding.id}${finding.aliases.length > 0 ? ` (${finding.aliases.join(', ')})` : ''}${finding.title ? `: ${finding.title}` : ''}`,
    `  package     ${finding.purl}`,
    ...(found?.locations ?? []).map(
      ({ path, layer }) => `  found in    ${path}${layer ? `, brought by layer ${layer.slice(0, 19)}` : ''}`,
    ),
    ...(found ? [`  evidence    ${found.evidence}`] : []),
    ...(found?.source ? [`  built from  ${found.source.name} ${found.source.version}`] : []),
    ...finding.why.flatMap(({ source, record, stream, name, version, scheme, range, comparisons, fixed, notes }) => [
      `  source      ${source}, record ${record}`,
      `    looked up ${name} ${version} in ${stream}, ordered as ${scheme}`,
      `    range     ${range}`,
      ...comparisons.map((comparison) => `    holds     ${comparison}`),
      ...(fixed ? [`    fixed in  ${fixed}`] : []),
      ...(notes ?? []).map((note) => `    note      ${note}`),
    ]),
    `  severity    ${finding.severity}, by ${finding.severitySource}`,
    ...finding.cvss.map(
      ({ version, score, vector, source }) => `  CVSS ${version}    ${score} (${vector}) by ${source}`,
    ),
    ...(finding.kev
      ? [
          `  exploited   in the wild since ${finding.kev.added} at the latest (CISA KEV)${finding.kev.ransomware ? ', also by ransomware' : ''}`,
        ]
      : []),
    ...(finding.epss
      ? [
          `  EPSS        ${(finding.epss.score * 100).toFixed(1)} % in the next 30 days, above ${(finding.epss.percentile * 100).toFixed(0)} % of all CVEs (${finding.epss.date})`,
        ]
      : []),
    `  upgrade to  ${finding.fixed.join(' or ') || `nothing yet: ${finding.status.replaceAll('-', ' ')}`}`,
    ...finding.references.map((reference) => `  see         ${reference}`),
  ];
  return `${lines.map(visibleText).join('\n')}\n`;
}

function packageOf(report: Report, finding: Finding) {
  return report.packages.find(({ id }) => id === finding.package);
}
