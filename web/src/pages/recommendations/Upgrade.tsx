import type { RecommendationRow } from '../../../../src/server/contract/recommendations.ts';
import { recommendationAddress } from '../../addresses.ts';
import { AppLink } from '../../components/AppLink.tsx';
import classes from './recommendations.module.css';

/** "openssl 3.0.11 → 3.0.15" */
export function Upgrade({ row }: { readonly row: Pick<RecommendationRow, 'id' | 'package' | 'from' | 'to'> }) {
  const others = row.from.length - 1;
  return (
    <span className={classes.upgrade} title={`${row.package.name} ${row.from.join(', ')} → ${row.to}`}>
      <AppLink to={recommendationAddress(row.id)} className={`quiet ${classes.name}`}>
        <bdi>{row.package.name}</bdi>
      </AppLink>
      <span className={`mono ${classes.from}`}>
        {row.from[0] ?? '?'}
        {others > 0 && ` and ${others} more`}
      </span>
      <span className={`mono ${classes.to}`}>→ {row.to}</span>
    </span>
  );
}
