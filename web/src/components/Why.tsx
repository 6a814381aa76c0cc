import type { FindingWhy } from '../../../src/server/contract/images.ts';
import { ScoreParts } from './Score.tsx';
import classes from './Why.module.css';

/** Why a finding stands: what each source says, which versions were compared, and what its risk is made of. */
export function Why({ why }: { readonly why: FindingWhy }) {
  return (
    <div className={classes.why}>
      {why.why.map((verdict) => (
        <section key={`${verdict.source} ${verdict.record}`} className={classes.verdict}>
          <h3 className={classes.source}>
            {verdict.source} <span className="mono">{verdict.record}</span>
          </h3>
          <p className={classes.claim}>
            In <span className="mono">{verdict.stream}</span>, versions <span className="mono">{verdict.range}</span> of{' '}
            <span className="mono">{verdict.name}</span> are affected
            {verdict.fixed ? (
              <>
                ; fixed in <span className="mono">{verdict.fixed}</span>
              </>
            ) : (
              '; no fix is published'
            )}
            .
          </p>
          {verdict.comparisons.length > 0 && (
            <ul className={classes.comparisons} aria-label={`Comparisons by the ${verdict.scheme} scheme`}>
              {verdict.comparisons.map((comparison) => (
                <li key={comparison} className="mono">
                  {comparison}
                </li>
              ))}
            </ul>
          )}
          {verdict.notes?.map((note) => (
            <p key={note} className={classes.note}>
              {note}
            </p>
          ))}
        </section>
      ))}
      <section>
        <h3 className={classes.source}>Risk</h3>
        <ScoreParts value={why.risk.score} parts={why.risk.parts} />
      </section>
      {why.references.length > 0 && (
        <section>
          <h3 className={classes.source}>References</h3>
          <References addresses={why.references} />
        </section>
      )}
    </div>
  );
}

export function References({ addresses }: { readonly addresses: readonly string[] }) {
  return (
    <ul className={classes.references}>
      {addresses.filter(isWebAddress).map((address) => (
        <li key={address}>
          <a href={address} target="_blank" rel="noreferrer noopener">
            {address.replace(/^https?:\/\//, '')}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** Sources are not to be trusted with `javascript:`. */
const isWebAddress = (address: string) => /^https?:\/\//i.test(address);
