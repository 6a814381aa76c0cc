import { displayWidth, fitMiddle, padEnd, wrapWords } from '../../../lib/display-width.ts';
import { visibleText } from '../../../lib/visible-text.ts';
import type { Report } from '../../../model/report.ts';
import type { UpgradePlan } from '../../upgrades.ts';
import type { Paint } from './paint.ts';

/** What to type next. */
export function nextSteps({ image }: Report, plan: UpgradePlan, width: number, paint: Paint): string[] {
  const reference = argument(image.reference, width - indent.length - 'breakwater explain  \\'.length);
  const flaw = (plan.upgrades[0] ?? plan.unfixed[0])?.findings[0]?.id;
  const steps: (readonly [why: string, command: readonly string[]])[] = [
    ...(flaw
      ? [[`Why ${visibleText(flaw)}`, [`breakwater explain ${reference}`, argument(flaw, width)]] as const]
      : []),
    ['Everything on a page', [`breakwater scan ${reference}`, '--format html', '--output report.html']],
    ...(flaw ? [['Fail a build on it', [`breakwater scan ${reference}`, '--fail-on high']] as const] : []),
  ];
  const label = steps.reduce((widest, [why]) => Math.max(widest, displayWidth(why)), 0);
  const fits = steps.every(([, parts]) => label + displayWidth(parts.join(' ')) + 4 <= width);
  return [
    paint('bold', 'Next'),
    ...steps.flatMap(([why, parts]) =>
      fits
        ? [`  ${padEnd(why, label)}  ${paint('cyan', parts.join(' '))}`]
        : [`  ${fitMiddle(why, width - 2)}`, ...commandLines(parts, width, paint)],
    ),
  ];
}

const indent = '    ';

/** A command that is too long for the line goes on in the next one, so that it can still be copied. */
function commandLines(parts: readonly string[], width: number, paint: Paint): string[] {
  const lines = wrapWords(parts, width - indent.length - 2, ' ');
  return lines.map((line, at) => indent + paint('cyan', at < lines.length - 1 ? `${line} \\` : line));
}

/** An argument as a POSIX shell takes it; one that cannot be shown as it is, or is too long, has a stand-in. */
function argument(text: string, room: number): string {
  const isPlain = /^[\w./:@%+=,-]+$/.test(text);
  const quoted = isPlain ? text : `'${text.replaceAll("'", `'\\''`)}'`;
  return visibleText(text) === text && displayWidth(quoted) <= room ? quoted : '…';
}
