import { isRemark } from '../model/remarks.ts';
import type { Report, ScannedImage } from '../model/report.ts';
import type { UpgradePlan } from './upgrades.ts';

/**
 * The sentences with which every output for people speaks of a report. They hold text from the image: whoever writes
 * them into a terminal or a page makes it safe there.
 */

/** What was scanned: distribution, platform, packages. */
export function subjectFacts({ image, packages }: Report, now: string): readonly string[] {
  const { platform } = image;
  return [
    ...(image.os ? [osFact(image.os, now)] : []),
    ...(platform ? [[platform.os, platform.architecture, platform.variant].filter(Boolean).join('/')] : []),
    packagesFact(packages.map(({ type }) => type)),
  ];
}

export function databaseFact({ database }: Report, now: string): { readonly text: string; readonly isOld: boolean } {
  const days = daysBetween(database.built, now);
  const text = `Vulnerability database of ${database.built.slice(0, 10)}, ${ageOf(days)}`;
  return { text, isOld: days > oldAfterDays };
}

/** The one sentence that a hurried reader reads. Nothing partial sounds clean. */
export function verdictOf(report: Report, plan: UpgradePlan): string {
  const fixable = plan.upgrades.reduce((sum, { findings }) => sum + findings.length, 0);
  const counted = fixable + plan.unfixed.reduce((sum, { findings }) => sum + findings.length, 0);
  if (counted === 0) return nothingFound(report, plan);
  return `${whatToDo(plan.upgrades.length, fixable, counted)}${exploitation(plan)}.`;
}

/** Says that the verdict is not the whole truth; undefined when it is. */
export function incompleteness({ problems }: Report): string | undefined {
  const count = problems.filter((problem) => !isRemark(problem)).length;
  if (count === 0) return undefined;
  return `Not the whole picture: ${countOf(count, 'problem')} ${count === 1 ? 'limits' : 'limit'} what is known, see below.`;
}

/** Over problems and coverage. */
export function limitsTitle(report: Report): string {
  const isLimited = incompleteness(report) !== undefined || report.coverage.some(({ level }) => level !== 'full');
  return isLimited ? 'What this scan cannot know' : 'What this scan knows';
}

/** What the database can and cannot know of this image. */
export function coverageFacts({ coverage, problems }: Report): readonly string[] {
  const said = new Set(problems.map(({ where }) => where));
  const of = (level: string) => coverage.filter((stream) => stream.level === level);
  const dated = (streams: readonly { readonly stream: string; readonly date?: string }[]) =>
    listOf(streams.map(({ stream, date }) => `${streamWords[stream] ?? stream}${date ? ` (of ${date})` : ''}`));
  const [none, fixedOnly, full] = [of('none').filter(({ stream }) => !said.has(stream)), of('fixed-only'), of('full')];
  return [
    ...(none.length > 0
      ? [`Nothing is known for ${dated(none)}: the packages were listed but could not be compared.`]
      : []),
    ...(fixedOnly.length > 0
      ? [`Only fixed flaws are known for ${dated(fixedOnly)}: a flaw without a fix does not show here.`]
      : []),
    ...(full.length > 0 ? [`Fixed and unfixed flaws are known for ${dated(full)}.`] : []),
  ];
}

export function countOf(count: number, noun: string): string {
  return `${String(count).replace(/\B(?=(\d{3})+$)/g, ',')} ${noun}${count === 1 ? '' : 's'}`;
}

/** Streams whose name says nothing to people. */
const streamWords: Readonly<Record<string, string>> = { cpe: 'programs in NVD' };

const oldAfterDays = 14;
const dayMs = 86_400_000;

function osFact(os: NonNullable<ScannedImage['os']>, now: string): string {
  const name = os.name ?? os.id;
  const told = os.version && !name.includes(os.version) ? `${name} (${os.version})` : name;
  if (os.endOfLife === true) return `${told}, end of life`;
  const { endOfLife, support } = os;
  if (typeof endOfLife !== 'string') return told;
  if (endOfLife <= now.slice(0, 10)) return `${told}, end of life since ${endOfLife}`;
  if (support?.kind === 'long-term') return `${told}, in long-term support until ${endOfLife}`;
  const isPrecise = support?.until !== undefined && support.until < endOfLife;
  const then = isPrecise ? `${support.until}, then in long-term support until ${endOfLife}` : endOfLife;
  return `${told}, supported until ${then}`;
}

function packagesFact(types: readonly string[]): string {
  const counts = [...Map.groupBy(types, (type) => type)]
    .map(([type, { length }]) => [type, length] as const)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const [first] = counts;
  if (counts.length < 2) return countOf(types.length, first ? `${first[0]} package` : 'package');
  return `${countOf(types.length, 'package')} (${counts.map(([type, count]) => `${count} ${type}`).join(', ')})`;
}

function ageOf(days: number): string {
  if (days < 1) return 'up to date';
  if (days < 60) return `${countOf(days, 'day')} old`;
  return days < 730 ? `${Math.floor(days / 30.44)} months old` : `${Math.floor(days / 365.25)} years old`;
}

function daysBetween(from: string, to: string): number {
  const days = Math.floor((Date.parse(to) - Date.parse(from)) / dayMs);
  return Number.isFinite(days) ? days : 0;
}

function nothingFound({ packages, problems, coverage }: Report, { ignored }: UpgradePlan): string {
  if (ignored.length > 0)
    return `Nothing left to do: ${ignored.length === 1 ? 'the one finding is' : `all ${ignored.length} findings are`} ignored by rule.`;
  if (problems.length > 0) return 'No known flaw was found, but this image cannot be called clean.';
  const where = `in ${countOf(packages.length, 'package')}`;
  return coverage.some(({ level }) => level !== 'full')
    ? `No known flaw was found ${where}, as far as the advisories tell.`
    : `No known flaw was found ${where}.`;
}

function whatToDo(upgrades: number, fixable: number, counted: number): string {
  if (fixable === 0)
    return `${countOf(counted, 'finding')}, ${counted === 1 ? 'with no known fix' : 'none with a known fix'}`;
  const verb = `${countOf(upgrades, 'upgrade')} ${upgrades === 1 ? 'removes' : 'remove'}`;
  if (fixable === counted) return `${verb} ${counted === 1 ? 'the only finding' : `all ${counted} findings`}`;
  return `${verb} ${fixable} of ${counted} findings, ${counted - fixable} ${counted - fixable === 1 ? 'has' : 'have'} no known fix`;
}

function exploitation({ upgrades, unfixed }: UpgradePlan): string {
  const exploited = [...upgrades, ...unfixed].flatMap(({ findings }) => findings.filter(({ kev }) => kev));
  if (exploited.length === 0) return '';
  const ransomware = exploited.filter(({ kev }) => kev?.ransomware).length;
  const also = ransomware === exploited.length ? ', by ransomware' : `, ${ransomware} by ransomware`;
  return `; ${exploited.length} exploited in the wild${ransomware === 0 ? '' : also}`;
}

function listOf(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
