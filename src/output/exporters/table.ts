import { padEnd, wrapWords } from '../../lib/display-width.ts';
import { visibleSentence } from '../../lib/visible-text.ts';
import type { Finding } from '../../model/finding.ts';
import type { Report } from '../../model/report.ts';
import type { Exporter, ExportOptions } from '../exporter.ts';
import { placesOf } from '../places.ts';
import {
  countOf,
  coverageFacts,
  databaseFact,
  incompleteness,
  limitsTitle,
  subjectFacts,
  verdictOf,
} from '../summary.ts';
import { countBySeverity, type PackageGroup, planUpgrades, type UpgradePlan } from '../upgrades.ts';
import { groupRows, type Row } from './table/group-rows.ts';
import { nextSteps } from './table/next-steps.ts';
import { createPaint, type Paint, severityFormat } from './table/paint.ts';

export const table: Exporter = {
  id: 'table',
  title: 'For people at a terminal: what to upgrade, and what goes away with it',
  mediaType: 'text/plain',
  write: (report, options) => {
    const width = Math.min(Math.max(options.columns, narrowest), widest);
    const paint = createPaint(options.colour);
    const plan = planUpgrades(report);
    const body = [
      upgrades(report, plan, width, paint),
      unfixed(report, plan, width, paint),
      ignored(plan, width, paint),
      limits(report, width, paint),
    ];
    const isLong = body.flat().length > screenLines;
    const sections = [
      header(report, options, width, paint),
      verdict(report, plan, width, paint),
      ...body,
      ...(isLong ? [verdict(report, plan, width, paint)] : []),
      nextSteps(report, plan, width, paint),
    ];
    return `${sections
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.join('\n'))
      .join('\n\n')}\n`;
  },
};

const separator = ', ';
const narrowest = 60;
const widest = 200;
/** Longer lines of prose are hard to read. */
const proseColumns = 110;
/** After more than this, the reader has lost sight of the verdict: it is said again. */
const screenLines = 40;
const upgradesDetailed = 10;
/** So few upgrades are all told in detail. */
const allDetailed = 15;
const unfixedDetailed = 5;
const unfixedShown = 25;
const ignoredShown = 5;

function header(report: Report, { now }: ExportOptions, width: number, paint: Paint): string[] {
  const { text, isOld } = databaseFact(report, now);
  return [
    ...prose(report.image.reference, width).map((line) => paint('bold', line)),
    ...wrapWords(subjectFacts(report, now).map(visibleSentence), width, ' · '),
    paint(isOld ? 'yellow' : 'dim', isOld ? `${text}: build a newer one with "breakwater db build"` : text),
  ];
}

function verdict(report: Report, plan: UpgradePlan, width: number, paint: Paint): string[] {
  const counted = [...plan.upgrades, ...plan.unfixed].flatMap(({ findings }) => findings);
  const isClean = counted.length === 0 && report.problems.length === 0;
  const limit = incompleteness(report);
  return [
    ...prose(verdictOf(report, plan), width).map((line) => paint(isClean ? ['bold', 'green'] : 'bold', line)),
    ...(limit ? prose(limit, width).map((line) => paint('yellow', line)) : []),
    ...severityLines(counted, width, paint),
  ];
}

function severityLines(findings: readonly Finding[], width: number, paint: Paint): string[] {
  const label = 'By severity: ';
  const counts = new Map(countBySeverity(findings).map(([severity, count]) => [`${count} ${severity}`, severity]));
  return wrapWords([...counts.keys()], width - label.length, separator).map((line, at) => {
    const painted = line.split(separator).map((text) => paint(severityFormat[counts.get(text) ?? 'unknown'], text));
    return `${at === 0 ? label : ' '.repeat(label.length)}${painted.join(separator)}`;
  });
}

function upgrades(report: Report, plan: UpgradePlan, width: number, paint: Paint): string[] {
  const rows = plan.upgrades.map((group) => rowOf(report, group, `${group.installed} → ${group.target}`));
  return groupRows(rows, {
    title: 'UPGRADE',
    count: 'REMOVES',
    detailed: rows.length > allDetailed ? upgradesDetailed : rows.length,
    width,
    paint,
  });
}

function unfixed(report: Report, { unfixed: groups }: UpgradePlan, width: number, paint: Paint): string[] {
  if (groups.length === 0) return [];
  const shown = groups.slice(0, unfixedShown);
  const rows = shown.map((group) => rowOf(report, group, group.installed));
  const hidden = groups.slice(unfixedShown);
  const hiddenFindings = hidden.reduce((sum, { findings }) => sum + findings.length, 0);
  const more = `and ${countOf(hiddenFindings, 'finding')} more in ${countOf(hidden.length, 'package')}; --format html lists all`;
  return [
    paint('bold', 'No known fix'),
    ...groupRows(rows, { title: 'PACKAGE', count: 'FINDINGS', detailed: unfixedDetailed, width, paint }),
    ...(hidden.length > 0 ? prose(more, width) : []),
  ];
}

function ignored({ ignored: findings }: UpgradePlan, width: number, paint: Paint): string[] {
  if (findings.length === 0) return [];
  const reasons = [...Map.groupBy(findings, ({ ignored: rule }) => `${rule?.reason}\0${rule?.expires}`).values()];
  const hidden = reasons.slice(ignoredShown).length;
  return [
    paint('bold', `Ignored by rule: ${countOf(findings.length, 'finding')}`),
    ...reasons.slice(0, ignoredShown).flatMap((group) => hanging('  - ', ignoredSentence(group), width)),
    ...(hidden > 0 ? [`  - and ${countOf(hidden, 'reason')} more`] : []),
  ];
}

function ignoredSentence(group: readonly Finding[]): string {
  const [head] = group;
  const ids = [...new Set(group.map(({ id }) => id))];
  const told = ids.length > 3 ? `${ids.slice(0, 3).join(', ')} and ${ids.length - 3} more` : ids.join(', ');
  const until = head?.ignored?.expires ? `, until ${head.ignored.expires}` : '';
  return `${told}${until}: ${head?.ignored?.reason}`;
}

/** What keeps the list from being the whole truth, said plainly. */
function limits(report: Report, width: number, paint: Paint): string[] {
  const coverage = coverageFacts(report);
  if (report.problems.length + coverage.length === 0) return [];
  return [
    paint('bold', limitsTitle(report)),
    ...report.problems.flatMap(({ code, where, message }) => {
      const place = message.includes(where) ? '' : `${where}: `;
      const lines = hanging('  ! ', `${place}${message} [${code}]`, width);
      return lines.map((line) => paint('yellow', line));
    }),
    ...coverage.flatMap((sentence) => hanging('  - ', sentence, width)),
  ];
}

function rowOf(report: Report, group: PackageGroup, versions: string): Row {
  const { notes, things } = placesOf(group, report.image);
  return {
    group,
    name: visibleSentence(group.name),
    versions: visibleSentence(versions),
    places: [...notes, ...things].map(visibleSentence),
  };
}

function prose(text: string, width: number): string[] {
  return wrapWords(visibleSentence(text).split(' '), Math.min(width, proseColumns));
}

function hanging(mark: string, text: string, width: number): string[] {
  return prose(text, Math.min(width, proseColumns) - mark.length).map((line, at) =>
    at === 0 ? mark + line : padEnd('', mark.length) + line,
  );
}
