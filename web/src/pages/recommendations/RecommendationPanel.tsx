import type { RecommendationRow } from '../../../../src/server/contract/recommendations.ts';
import { vulnerabilityAddress } from '../../addresses.ts';
import { useVulnerability } from '../../api/vulnerabilities.ts';
import { AppLink } from '../../components/AppLink.tsx';
import { Counts } from '../../components/Counts.tsx';
import { Facts } from '../../components/Facts.tsx';
import { plural } from '../../components/format.ts';
import { ScoreParts } from '../../components/Score.tsx';
import { DueField, OwnerField, StatusField } from './RecommendationFields.tsx';
import classes from './recommendations.module.css';

export function RecommendationPanel({ row }: { readonly row: RecommendationRow }) {
  return (
    <>
      <Facts
        facts={[
          ['Status', <StatusField key="status" row={row} />],
          ['Owner', <OwnerField key="owner" row={row} />],
          ['Due', <DueField key="due" row={row} />],
          ['Removes', <Counts key="counts" counts={row.counts} />],
          ['Exploited', row.counts.exploited > 0 ? plural(row.counts.exploited, 'finding') : undefined],
          [
            'Installed',
            <span key="from" className="mono">
              {row.from.join(', ')}
            </span>,
          ],
          [
            'Upgrade to',
            <span key="to" className="mono">
              {row.to}
            </span>,
          ],
          ['Stream', row.package.stream ?? row.package.type],
        ]}
      />
      <h3 className={classes.heading}>Worst of what goes away</h3>
      <FlawLinks flaws={row.flaws} />
    </>
  );
}

export function FlawLinks({ flaws }: { readonly flaws: readonly string[] }) {
  return (
    <ul className={classes.flaws}>
      {flaws.map((id) => (
        <li key={id}>
          <AppLink to={vulnerabilityAddress(id)} className="prose">
            {id}
          </AppLink>
        </li>
      ))}
    </ul>
  );
}

/** A recommendation is as urgent as the worst flaw it removes; its reasons are that flaw's. */
export function RecommendationReasons({ row }: { readonly row: RecommendationRow }) {
  const [worst] = row.flaws;
  const flaw = useVulnerability(worst ?? '');
  return (
    <>
      <p style={{ margin: '0 0 10px' }}>
        Removes {plural(row.removes, 'finding')} from {plural(row.images, 'image')}
        {row.counts.exploited > 0 && `, ${row.counts.exploited} of them exploited`}. The worst is{' '}
        {worst ? <AppLink to={vulnerabilityAddress(worst)}>{worst}</AppLink> : 'unknown'}
        {flaw.data ? ':' : '.'}
      </p>
      {flaw.data && <ScoreParts value={flaw.data.risk} parts={flaw.data.riskParts} />}
    </>
  );
}
