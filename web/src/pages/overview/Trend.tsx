import { useState } from 'react';
import type { Overview } from '../../../../src/server/contract/overview.ts';
import { formatDate, formatNumber } from '../../components/format.ts';
import { SeverityShape } from '../../components/Severity.tsx';
import classes from './overview.module.css';

interface TrendProps {
  /** A point a day, oldest first. */
  readonly points: Overview['trend'];
  /** Days are counted over everything, so that a part has none. */
  readonly isPart: boolean;
}

const [width, height] = [560, 150];
const lines = ['critical', 'high'] as const;

/** Two lines from zero, so that a small change looks small; the day under the pointer is said in words. */
export function Trend({ points, isPart }: TrendProps) {
  const [at, setAt] = useState<number>();
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || points.length < 2) {
    return (
      <p className={classes.none}>
        {isPart
          ? 'Days are counted over everything, not over a part of it.'
          : 'A trend needs two days; come back tomorrow.'}
      </p>
    );
  }
  const most = Math.max(1, ...points.flatMap(({ counts }) => lines.map((level) => counts[level])));
  const x = (index: number) => (index / (points.length - 1)) * width;
  const y = (value: number) => height - (value / most) * (height - 8) - 1;
  const shown = points[at ?? points.length - 1] ?? last;
  return (
    <figure className={classes.trend}>
      <figcaption className={classes.trendWords}>
        <span>{formatDate(shown.day)}</span>
        {lines.map((level) => (
          <span key={level} className={classes.trendLevel} style={{ color: `var(--severity-${level})` }}>
            <SeverityShape level={level} />
            {formatNumber(shown.counts[level])} {level}
          </span>
        ))}
        <span className={classes.trendChange}>
          {changeInWords(first.counts.critical + first.counts.high, last.counts.critical + last.counts.high)} in{' '}
          {points.length} days
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
          setAt(Math.min(points.length - 1, Math.max(0, Math.round(share * (points.length - 1)))));
        }}
        onPointerLeave={() => setAt(undefined)}
      >
        <title>{`Critical and high findings from ${formatDate(first.day)} to ${formatDate(last.day)}`}</title>
        <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} className={classes.axis} />
        {at !== undefined && <line x1={x(at)} x2={x(at)} y1={0} y2={height} className={classes.axis} />}
        {lines.map((level) => (
          <polyline
            key={level}
            points={points.map(({ counts }, index) => `${x(index)},${y(counts[level])}`).join(' ')}
            className={classes.line}
            data-level={level}
          />
        ))}
      </svg>
      <div className={classes.trendEnds} aria-hidden>
        <span>{formatDate(first.day)}</span>
        <span>today</span>
      </div>
    </figure>
  );
}

function changeInWords(before: number, after: number): string {
  if (before === after) return 'unchanged';
  // A share says nothing where little was before.
  if (after > 2 * before) return `${formatNumber(after - before)} more`;
  const percent = Math.round((Math.abs(after - before) / before) * 100);
  return `${percent} % ${after < before ? 'fewer' : 'more'}`;
}
