import type { VulnerabilityRow } from '../../../../src/server/contract/vulnerabilities.ts';
import { vulnerabilityAddress } from '../../addresses.ts';
import { AppLink } from '../../components/AppLink.tsx';
import { plural } from '../../components/format.ts';
import { Severity } from '../../components/Severity.tsx';
import { Exploited } from '../../components/Threat.tsx';
import classes from './overview.module.css';

export function Newest({ rows }: { readonly rows: readonly VulnerabilityRow[] }) {
  if (rows.length === 0) return <p className={classes.none}>No flaw began to affect an image.</p>;
  return (
    <ul className={classes.list}>
      {rows.map((row) => (
        <li key={row.id} className={classes.flaw}>
          <div className={classes.flawHead}>
            <AppLink to={vulnerabilityAddress(row.id)} className="quiet" style={{ fontWeight: 500 }}>
              {row.id}
            </AppLink>
            <Severity level={row.severity} />
            <Exploited threat={row.threat} />
            <span className={classes.flawReach}>{plural(row.images, 'image')}</span>
          </div>
          <div className={classes.flawTitle}>
            <bdi>{row.title ?? row.packages.join(', ')}</bdi>
          </div>
        </li>
      ))}
    </ul>
  );
}
