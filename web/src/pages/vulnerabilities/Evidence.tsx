import type { VulnerabilityDetail } from '../../../../src/server/contract/vulnerabilities.ts';
import { Facts } from '../../components/Facts.tsx';
import { formatDate, formatNumber, formatPercent } from '../../components/format.ts';
import { ScoreParts } from '../../components/Score.tsx';
import { References } from '../../components/Why.tsx';
import classes from './vulnerabilities.module.css';

/** Everything the score rests on, each with its source. */
export function Evidence({ flaw }: { readonly flaw: VulnerabilityDetail }) {
  const { kev, epss } = flaw.threat;
  return (
    <div className={classes.evidence}>
      <section>
        <h2 className={classes.heading}>Risk, part by part</h2>
        <ScoreParts value={flaw.risk} parts={flaw.riskParts} />
      </section>
      <section>
        <h2 className={classes.heading}>Attacks</h2>
        <Facts
          facts={[
            ['In the wild', kev ? `CISA lists it since ${formatDate(kev.added)}` : 'not in CISA’s catalogue'],
            ['CISA’s due date', kev?.due && formatDate(kev.due)],
            ['Ransomware', kev?.ransomware ? 'known to be used' : undefined],
            ['EPSS', epss && `${formatPercent(epss.score)}, higher than ${formatPercent(epss.percentile)} of all`],
            [
              'SSVC',
              flaw.ssvc &&
                `exploitation ${flaw.ssvc.exploitation}, automatable ${flaw.ssvc.automatable}, impact ${flaw.ssvc.technicalImpact}`,
            ],
            ['Metasploit', flaw.exploits.metasploit.join(', ')],
            ['Exploit-DB', flaw.exploits.exploitDb > 0 ? formatNumber(flaw.exploits.exploitDb) : undefined],
            [
              'On GitHub',
              flaw.exploits.github > 0 ? `${formatNumber(flaw.exploits.github)} with exploit code` : undefined,
            ],
          ]}
        />
      </section>
      {flaw.cvssList.length + flaw.cwe.length > 0 && (
        <section>
          <h2 className={classes.heading}>Impact</h2>
          <Facts
            facts={[
              ...flaw.cvssList.map(
                ({ version, vector, score, source }) =>
                  [
                    `CVSS ${version}`,
                    <span key={vector}>
                      <strong>{score.toFixed(1)}</strong> after {source}
                      <br />
                      <span className="mono">{vector}</span>
                    </span>,
                  ] as const,
              ),
              ['Weakness', flaw.cwe.join(', ')] as const,
            ]}
          />
        </section>
      )}
      {flaw.references.length > 0 && (
        <section>
          <h2 className={classes.heading}>References</h2>
          <References addresses={flaw.references} />
        </section>
      )}
    </div>
  );
}
