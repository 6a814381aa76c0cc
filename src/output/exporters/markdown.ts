import { visibleSentence } from '../../lib/visible-text.ts';
import type { Report } from '../../model/report.ts';
import type { Exporter } from '../exporter.ts';
import { exploitationOf, percentOf, statusWords } from '../flaw-facts.ts';
import { codeSpan, plainText } from '../markdown-text.ts';
import { placesOf } from '../places.ts';
import { countOf, coverageFacts, databaseFact, limitsTitle, subjectFacts, verdictOf } from '../summary.ts';
import { countBySeverity, type PackageGroup, planUpgrades, type UpgradePlan } from '../upgrades.ts';
import { flawLinks } from './markdown/flaw-links.ts';

/** GitHub Flavored Markdown, short enough for a comment on a pull request. */
export const markdown: Exporter = {
  id: 'markdown',
  title: 'For comments on pull requests',
  mediaType: 'text/markdown',
  write: (report, { now }) => {
    const plan = planUpgrades(report);
    const head = [...headLines(report, plan, now)];
    const tail = [...limitLines(report), `\n<sub>${plainText(databaseFact(report, now).text)}</sub>\n`].join('\n');
    let text = `${head.join('\n')}\n`;
    for (const section of [upgradeSection(report, plan), unfixedSection(report, plan), ignoredSection(plan)])
      text += clipped(section, maxCharacters - text.length - tail.length);
    return text + tail;
  },
};

/** GitHub refuses comments of more than 65,536 characters; GitLab allows more. */
const maxCharacters = 60_000;

interface Section {
  readonly before: readonly string[];
  readonly rows: readonly string[];
  readonly after: readonly string[];
  readonly noun: string;
}

/** A section without the rows that have no room, and a line that says so. */
function clipped({ before, rows, after, noun }: Section, room: number): string {
  if (rows.length === 0) return '';
  const frame = [...before, ...after].join('\n').length + 100;
  let used = frame;
  const shown = rows.filter((row) => {
    used += row.length + 1;
    return used <= room;
  });
  const hidden = rows.length - shown.length;
  const more = hidden > 0 ? [`\n… and ${countOf(hidden, noun)} more.`] : [];
  return `${[...before, ...shown, ...more, ...after].join('\n')}\n`;
}

function* headLines(report: Report, plan: UpgradePlan, now: string): Generator<string> {
  const counted = [...plan.upgrades, ...plan.unfixed].flatMap(({ findings }) => findings);
  yield `### ${codeSpan(report.image.reference)}\n`;
  yield `**${plainText(verdictOf(report, plan))}**\n`;
  const counts = countBySeverity(counted).map(([severity, count]) => `${count} ${severity}`);
  yield [...subjectFacts(report, now).map(plainText), ...(counts.length > 0 ? [counts.join(', ')] : [])].join(' · ');
}

function upgradeSection(report: Report, { upgrades }: UpgradePlan): Section {
  return {
    noun: 'upgrade',
    before: ['\n| Worst | Upgrade | Removes | Exploited | EPSS | Flaws |', '| --- | --- | ---: | --- | ---: | --- |'],
    rows: upgrades.map((group) =>
      row([
        group.worst,
        `${codeSpan(group.name)} ${codeSpan(group.installed)} → ${codeSpan(group.target)}${placeNote(report, group)}`,
        ...measures(group),
      ]),
    ),
    after: [],
  };
}

function unfixedSection(report: Report, { unfixed }: UpgradePlan): Section {
  const findings = unfixed.reduce((sum, group) => sum + group.findings.length, 0);
  return {
    noun: 'package',
    before: [
      `\n<details><summary>No known fix: ${countOf(findings, 'finding')} in ${countOf(unfixed.length, 'package')}</summary>\n`,
      '| Worst | Package | Findings | Exploited | EPSS | Flaws |',
      '| --- | --- | ---: | --- | ---: | --- |',
    ],
    rows: unfixed.map((group) =>
      row([
        group.worst,
        `${codeSpan(group.name)} ${codeSpan(group.installed)}, ${openStatuses(group)}${placeNote(report, group)}`,
        ...measures(group),
      ]),
    ),
    after: ['\n</details>'],
  };
}

function ignoredSection({ ignored }: UpgradePlan): Section {
  return {
    noun: 'finding',
    before: [`\n<details><summary>Ignored by rule: ${countOf(ignored.length, 'finding')}</summary>\n`],
    rows: ignored.map(
      ({ id, purl, ignored: rule }) =>
        `- ${flawLinks([{ id }])} in ${codeSpan(purl)}${rule?.expires ? `, until ${plainText(rule.expires)}` : ''}: ${plainText(rule?.reason ?? '')}`,
    ),
    after: ['\n</details>'],
  };
}

function* limitLines(report: Report): Generator<string> {
  const sentences = [
    ...report.problems.map(({ code, where, message }) =>
      message.includes(where) ? `⚠ ${message} [${code}]` : `⚠ ${where}: ${message} [${code}]`,
    ),
    ...coverageFacts(report),
  ];
  if (sentences.length === 0) return;
  yield `\n**${limitsTitle(report)}**\n`;
  for (const sentence of sentences.slice(0, limitsShown)) yield `- ${plainText(sentence)}`;
  if (sentences.length > limitsShown) yield `- … and ${sentences.length - limitsShown} more.`;
}

const limitsShown = 20;
const placesShown = 3;

function measures(group: PackageGroup): readonly string[] {
  return [
    String(group.findings.length),
    exploitationOf(group),
    group.epss === undefined ? '' : percentOf(group.epss),
    flawLinks(group.findings),
  ];
}

function placeNote(report: Report, group: PackageGroup): string {
  const { notes, things } = placesOf(group, report.image);
  const more = things.length > placesShown ? [`+${things.length - placesShown}`] : [];
  const places = [...notes, ...things.slice(0, placesShown).map(codeSpan), ...more];
  return places.length > 0 ? `<br>in ${places.join(', ')}` : '';
}

function openStatuses({ findings }: PackageGroup): string {
  return [...new Set(findings.map(({ status }) => statusWords[status]))].sort().join(', ');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((text) => visibleSentence(text)).join(' | ')} |`;
}
