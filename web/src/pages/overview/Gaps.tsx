import { AppLink } from '../../components/AppLink.tsx';
import { type Gap, gapAddress } from '../gaps/gap-links.ts';
import classes from './overview.module.css';

/** What the figures above leave out, each a link to what it counts. */
export function Gaps({ gaps }: { readonly gaps: readonly Gap[] }) {
  if (gaps.length === 0) return <p className={classes.none}>Nothing: every image was read in full.</p>;
  return (
    <ul className={classes.list}>
      {gaps.map((gap) => (
        <li key={gap.code} className={classes.gap}>
          <AppLink to={gapAddress(gap)}>{gap.title}</AppLink>
          <span className={classes.gapNext}>{gap.why}</span>
        </li>
      ))}
    </ul>
  );
}
