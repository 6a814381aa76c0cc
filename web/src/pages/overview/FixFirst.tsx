import type { RecommendationRow } from '../../../../src/server/contract/recommendations.ts';
import { plural } from '../../components/format.ts';
import { Score } from '../../components/Score.tsx';
import { Tag } from '../../components/Tag.tsx';
import { DueDate, StatusField } from '../recommendations/RecommendationFields.tsx';
import { RecommendationReasons } from '../recommendations/RecommendationPanel.tsx';
import { Upgrade } from '../recommendations/Upgrade.tsx';
import classes from './overview.module.css';

export function FixFirst({ rows }: { readonly rows: readonly RecommendationRow[] }) {
  if (rows.length === 0) return <p className={classes.none}>No upgrade would remove a finding.</p>;
  return (
    <ol className={classes.list}>
      {rows.map((row) => (
        <li key={row.id} className={classes.fix}>
          <Score value={row.risk} of={row.title} explain={() => <RecommendationReasons row={row} />} />
          <div className={classes.fixWhat}>
            <Upgrade row={row} />
            <span className={classes.fixReach}>
              removes {plural(row.removes, 'finding')} from {plural(row.images, 'image')}
            </span>
          </div>
          <div className={classes.fixTags}>
            {row.counts.exploited > 0 && <Tag tone="strong">{row.counts.exploited} exploited</Tag>}
            <span className={classes.fixOwner}>
              {row.owner ?? 'no owner'}
              {row.due && (
                <>
                  {' · due '}
                  <DueDate row={row} />
                </>
              )}
            </span>
          </div>
          <div className={classes.fixStatus}>
            <StatusField row={row} />
          </div>
        </li>
      ))}
    </ol>
  );
}
