import { displayWidth, padEnd } from '../../../lib/display-width.ts';
import { visibleText } from '../../../lib/visible-text.ts';
import type { Report } from '../../../model/report.ts';
import type { UpgradePlan } from '../../upgrades.ts';
import type { Paint } from './paint.ts';

/** What to type next. */
export function nextSteps({ image }: Report, plan: UpgradePlan, width: number, paint: Paint): string[] {
  const reference = quoted(image.reference);
  const first = (plan.upgrades[0] ?? plan.unfixed[0])?.findings[0];
  const steps: (readonly [why: string, command: string])[] = [
    ...(first
      ? [[`Why ${visibleText(first.id)} is reported`, `breakwater explain ${reference} ${quoted(first.id)}`] as const]
      : []),
    ['Everything on a page', `breakwater scan ${reference} --format html --output report.html`],
    ...(first ? [['Fail a build on it', `breakwater scan ${reference} --fail-on high`] as const] : []),
  ];
  const label = steps.reduce((widest, [why]) => Math.max(widest, displayWidth(why)), 0);
  const fits = steps.every(([, command]) => label + displayWidth(command) + 6 <= width);
  return [
    paint('bold', 'Next'),
    ...steps.flatMap(([why, command]) =>
      fits ? [`  ${padEnd(why, label)}  ${paint('cyan', command)}`] : [`  ${why}:`, `    ${paint('cyan', command)}`],
    ),
  ];
}

/** An argument as a POSIX shell takes it; a name that cannot be shown as it is stands for itself. */
function quoted(text: string): string {
  if (/^[\w./:@%+=,-]+$/.test(text)) return text;
  const shown = visibleText(text);
  return shown === text ? `'${text.replaceAll("'", `'\\''`)}'` : 'REFERENCE';
}
