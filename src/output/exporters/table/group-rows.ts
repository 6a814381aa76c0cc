import { displayWidth, fitMiddle, padEnd, padStart, wrapWords } from '../../../lib/display-width.ts';
import { visibleSentence } from '../../../lib/visible-text.ts';
import type { Finding } from '../../../model/finding.ts';
import { exploitationOf, percentOf, statusWords } from '../../flaw-facts.ts';
import { countBySeverity, flawsOf, type PackageGroup } from '../../upgrades.ts';
import { exploitedFormat, type Format, type Paint, severityFormat } from './paint.ts';

/** One group as the rows show it. */
export interface Row {
  readonly group: PackageGroup;
  /** What to upgrade, or what is affected; safe to show. */
  readonly name: string;
  /** `1.0 → 1.2`, or the one installed; safe to show. */
  readonly versions: string;
  /** Where it lies; safe to show, each part short enough to stand alone. */
  readonly places: readonly string[];
}

export interface RowStyle {
  readonly title: string;
  readonly count: string;
  /** So many rows get their places and flaws listed; the rest is one line each. */
  readonly detailed: number;
  readonly width: number;
  readonly paint: Paint;
}

/** Groups as lines no wider than the terminal. */
export function groupRows(rows: readonly Row[], style: RowStyle): string[] {
  if (rows.length === 0) return [];
  const { width, paint } = style;
  const hasPlaceColumn = width >= placeColumnFrom;
  const columns = columnsFor(rows, style, hasPlaceColumn);
  const titles = columns.map(({ title, columns: wide, isNumber }) => padded(title, wide, isNumber));
  return [
    paint('dim', [padEnd('WORST', worstColumns), ...titles].join(gap).trimEnd()),
    ...rows.flatMap((row, at) => [
      ...rowLines(row, columns, style),
      ...(at < style.detailed ? detailLines(row, hasPlaceColumn, style) : []),
    ]),
  ];
}

const worstColumns = 10;
const gap = '  ';
const indent = ' '.repeat(worstColumns + gap.length);
/** From here on there is room for a column that says where a package lies; else a line below does. */
const placeColumnFrom = 150;
const titleShare = 0.6;
const flawLinesShown = 2;
/** A path cut shorter than this says nothing. */
const leastReadable = 16;

interface Column {
  readonly title: string;
  readonly columns: number;
  readonly isNumber?: boolean;
  readonly format?: Format;
  readonly text: (row: Row) => string;
}

/** Columns that tell nothing in any row are left out; the title and the places share what remains. */
function columnsFor(rows: readonly Row[], style: RowStyle, hasPlaceColumn: boolean): readonly Column[] {
  const widest = (title: string, text: (row: Row) => string) =>
    rows.reduce((columns, row) => Math.max(columns, displayWidth(text(row))), title.length);
  const facts = (
    [
      { title: style.count, isNumber: true, text: ({ group }) => String(group.findings.length) },
      { title: 'EXPLOITED', format: exploitedFormat, text: ({ group }) => exploitationOf(group) },
      { title: 'EPSS', isNumber: true, text: ({ group }) => epssOf(group) },
      { title: 'STATUS', text: ({ group }) => openStatuses(group) },
    ] satisfies Omit<Column, 'columns'>[]
  )
    .filter(({ text }) => rows.some((row) => text(row) !== ''))
    .map((column) => ({ ...column, columns: widest(column.title, column.text) }));
  const taken = facts.reduce((sum, { columns }) => sum + gap.length + columns, indent.length);
  const rest = style.width - taken - (hasPlaceColumn ? gap.length : 0);
  const titleText = ({ name, versions }: Row) => `${name} ${versions}`;
  const title = Math.min(widest(style.title, titleText), hasPlaceColumn ? Math.floor(rest * titleShare) : rest);
  const places: Column = { title: 'WHERE', columns: rest - title, text: (row) => fitList(row.places, rest - title) };
  return [
    { title: style.title, columns: title, format: 'bold', text: titleText },
    ...facts,
    ...(hasPlaceColumn ? [places] : []),
  ];
}

/** A name and version too long for their column stand below each other. */
function rowLines(row: Row, columns: readonly Column[], { width, paint }: RowStyle): string[] {
  const { name, versions, group } = row;
  const worst = paint(severityFormat[group.worst], padEnd(group.worst, worstColumns));
  const room = columns[0]?.columns ?? 0;
  const line = (first: string, title: string) => {
    const cells = columns.map(({ columns: wide, isNumber, format, text }, at) => {
      const value = at === 0 ? title : text(row);
      const cell = padded(value, at === columns.length - 1 && !isNumber ? 0 : wide, isNumber);
      return format && value !== '' ? paint(format, cell) : cell;
    });
    return [first, ...cells].join(gap).trimEnd();
  };
  const below = ' '.repeat(worstColumns);
  const alone = (first: string, text: string) => first + gap + paint('bold', fitMiddle(text, width - indent.length));
  if (displayWidth(`${name} ${versions}`) <= room) return [line(worst, `${name} ${versions}`)];
  if (displayWidth(versions) <= room) return [alone(worst, name), line(below, versions)];
  return [alone(worst, name), alone(below, versions), line(below, '')];
}

function detailLines({ group, places }: Row, hasPlaceColumn: boolean, { width, paint }: RowStyle): string[] {
  const room = width - indent.length;
  return [
    ...(hasPlaceColumn || places.length === 0 ? [] : [indent + paint('dim', `in ${fitList(places, room - 3)}`)]),
    ...flawLines(group, room, paint).map((line) => indent + line),
  ];
}

/** The flaws of a group, by severity when there are several. */
function flawLines({ findings }: PackageGroup, room: number, paint: Paint): string[] {
  const flaws = flawsOf(findings);
  const bySeverity = countBySeverity(flaws);
  const labelColumns = bySeverity.length > 1 ? worstColumns + gap.length : 0;
  return bySeverity.flatMap(([severity]) => {
    const ids = flaws.filter((flaw) => flaw.severity === severity).map(flawWords);
    const label = paint(severityFormat[severity], padEnd(severity, labelColumns));
    return fitLines(ids, room - labelColumns).map(
      (line, at) => (labelColumns === 0 ? '' : at === 0 ? label : ' '.repeat(labelColumns)) + line,
    );
  });
}

/** A few lines of ids; when there are more, the last line ends by saying how many. */
function fitLines(ids: readonly string[], room: number): readonly string[] {
  const all = wrapWords(ids, room, gap);
  if (all.length <= flawLinesShown) return all;
  for (let shown = Math.min(ids.length, room * flawLinesShown); shown > 1; shown -= 1) {
    const lines = wrapWords([...ids.slice(0, shown), `and ${ids.length - shown} more`], room, gap);
    if (lines.length <= flawLinesShown) return lines;
  }
  return [...wrapWords(ids.slice(0, 1), room, gap), `and ${ids.length - 1} more`];
}

function flawWords({ id, kev }: Finding): string {
  return visibleSentence(id) + (kev ? ' (KEV)' : '');
}

/** What is said of a fix where there is none; nothing for an upgrade. */
function openStatuses({ findings }: PackageGroup): string {
  const open = findings.filter(({ fixed }) => fixed.length === 0).map(({ status }) => statusWords[status]);
  return [...new Set(open)].sort().join(', ');
}

function epssOf({ epss }: PackageGroup): string {
  return epss === undefined ? '' : percentOf(epss);
}

function padded(text: string, columns: number, isNumber = false): string {
  return isNumber ? padStart(text, columns) : padEnd(text, columns);
}

/** As many parts as fit, then how many more there are. */
function fitList(parts: readonly string[], room: number): string {
  const [first = '', ...others] = parts;
  const more = (shown: number) => (shown < parts.length ? `, +${parts.length - shown}` : '');
  let text = fitMiddle(first, Math.max(1, room - more(1).length));
  for (const [at, part] of others.entries()) {
    const shortened = fitMiddle(part, Math.max(leastReadable, room - displayWidth(`${text}, ${more(at + 2)}`)));
    const longer = `${text}, ${shortened}`;
    if (displayWidth(longer + more(at + 2)) > room) return text + more(at + 1);
    text = longer;
    if (shortened !== part) return text + more(at + 2);
  }
  return text;
}
