import type { Overview } from '../../../../src/server/contract/overview.ts';
import { formatNumber } from '../../components/format.ts';
import classes from './overview.module.css';

/** What the figures above leave out, with what to do about each. */
export function Gaps({ gaps }: { readonly gaps: Overview['gaps'] }) {
  if (gaps.length === 0) return <p className={classes.none}>Nothing: every image was read in full.</p>;
  return (
    <ul className={classes.list}>
      {gaps.map((gap) => (
        <li key={gap.code} className={classes.gap}>
          <span>
            {gap.count > 0 && <strong>{formatNumber(gap.count)} </strong>}
            {gap.text}
          </span>
          <span className={classes.gapNext}>{gap.next}</span>
        </li>
      ))}
    </ul>
  );
}
