import { useState } from 'react';
import type { Overview } from '../../../../src/server/contract/overview.ts';
import { formatDay, formatNumber } from '../../components/format.ts';
import { SeverityShape } from '../../components/Severity.tsx';
import classes from './overview.module.css';

interface TrendProps {
  /** A point for each day that was counted, oldest first. */
  readonly points: Overview['trend'];
}

type Point = TrendProps['points'][number];

const [width, height] = [560, 150];
const lines = ['critical', 'high'] as const;
const dayMs = 86_400_000;

/** Two lines from zero, so that a small change looks small; the day under the pointer is said in words. */
export function Trend({ points }: TrendProps) {
  const [at, setAt] = useState<number>();
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last)
    return <p className={classes.none}>No day was counted yet; the first is told within a minute.</p>;
  const dayOf = ({ day }: Point) => Math.round((Date.parse(day) - Date.parse(first.day)) / dayMs);
  const days = dayOf(last) + 1;
  if (days === 1) return <OneDay point={first} />;
  const most = Math.max(1, ...points.flatMap(({ counts }) => lines.map((level) => counts[level])));
  const x = (day: number) => (day / (days - 1)) * width;
  const y = (value: number) => height - (value / most) * (height - 8) - 1;
  const shownAt = at ?? days - 1;
  const shown = points.find((point) => dayOf(point) === shownAt);
  const runs = runsOf(points, dayOf);
  return (
    <figure className={classes.trend}>
      <figcaption className={classes.trendWords}>
        <span>{formatDay(new Date(Date.parse(first.day) + shownAt * dayMs).toISOString())}</span>
        {shown ? <Levels point={shown} /> : <span className={classes.trendChange}>not counted</span>}
        <span className={classes.trendChange}>
          {changeInWords(first.counts.critical + first.counts.high, last.counts.critical + last.counts.high)} in {days}{' '}
          days
          {points.length < days && `, ${formatNumber(days - points.length)} of them not counted`}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className={classes.chart}
        role="img"
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const share = (event.clientX - box.left) / box.width;
          setAt(Math.min(days - 1, Math.max(0, Math.round(share * (days - 1)))));
        }}
        onPointerLeave={() => setAt(undefined)}
      >
        <title>{`Critical and high findings from ${formatDay(first.day)} to ${formatDay(last.day)}`}</title>
        <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} className={classes.axis} />
        {at !== undefined && <line x1={x(at)} x2={x(at)} y1={0} y2={height} className={classes.axis} />}
        {lines.map((level) =>
          runs.map((run) => (
            <path
              key={`${level} ${run[0]?.day}`}
              d={pathOf(run.map((point) => [x(dayOf(point)), y(point.counts[level])]))}
              className={run.length === 1 ? classes.dot : classes.line}
              data-level={level}
            />
          )),
        )}
      </svg>
      <div className={classes.trendEnds} aria-hidden>
        <span>counted since {formatDay(first.day)}</span>
        <span>{isToday(last.day) ? 'today' : formatDay(last.day)}</span>
      </div>
    </figure>
  );
}

/** A line would claim days that nobody counted. */
function OneDay({ point }: { readonly point: Point }) {
  return (
    <div className={classes.trend}>
      <p className={classes.trendWords}>
        <span>{formatDay(point.day)}</span>
        <Levels point={point} />
      </p>
      <p className={classes.trendNote}>
        {isToday(point.day)
          ? 'Counted since today; earlier days are not known. From tomorrow on there is a line here.'
          : `Counted on ${formatDay(point.day)} only; other days are not known.`}
      </p>
    </div>
  );
}

function Levels({ point }: { readonly point: Point }) {
  return lines.map((level) => (
    <span key={level} className={classes.trendLevel} style={{ color: `var(--severity-${level})` }}>
      <SeverityShape level={level} />
      {formatNumber(point.counts[level])} {level}
    </span>
  ));
}

/** Days in a row: between two runs is a day that was not counted. */
function runsOf(points: readonly Point[], dayOf: (point: Point) => number): readonly (readonly Point[])[] {
  const runs: Point[][] = [];
  for (const [index, point] of points.entries()) {
    const before = points[index - 1];
    if (before && dayOf(point) === dayOf(before) + 1) runs.at(-1)?.push(point);
    else runs.push([point]);
  }
  return runs;
}

/** A lone point goes nowhere: its round ends make it a dot. */
function pathOf(points: readonly (readonly [number, number])[]): string {
  const [first = [0, 0], ...rest] = points;
  return `M${first.join(',')}${rest.length > 0 ? `L${rest.join(' ')}` : 'h0'}`;
}

/** As the server's days go. */
function isToday(day: string): boolean {
  return day === new Date().toISOString().slice(0, 10);
}

function changeInWords(before: number, after: number): string {
  if (before === after) return 'unchanged';
  // A share says nothing where little was before.
  if (after > 2 * before) return `${formatNumber(after - before)} more`;
  const percent = Math.round((Math.abs(after - before) / before) * 100);
  return `${percent} % ${after < before ? 'fewer' : 'more'}`;
}
