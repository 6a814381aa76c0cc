import type { ExceptionRow } from '../../../../src/server/contract/exceptions.ts';
import { exceptionAddress, exceptionsAddress } from '../../addresses.ts';
import { type ExceptionScope, useExceptionsAbout } from '../../api/exceptions.ts';
import { Age } from '../../components/Age.tsx';
import { AppLink } from '../../components/AppLink.tsx';
import { formatDate } from '../../components/format.ts';
import { PartialState } from '../../components/PartialState.tsx';
import classes from './exceptions.module.css';
import { overlap } from './overlap.ts';
import { ScopeWords } from './words.tsx';

const shown = 3;
const order: readonly ExceptionRow['state'][] = ['asked', 'approved', 'refused'];

/** What was asked for or decided already about the same, so that nobody asks twice. */
export function Existing({ scope }: { readonly scope: ExceptionScope }) {
  const name = scope.vulnerability ?? scope.package?.replace(/\*.*/s, '');
  const { data } = useExceptionsAbout(name);
  const rows = (data?.items ?? [])
    .filter((row) => overlap(scope, row.scope))
    .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  if (rows.length === 0) return null;
  return (
    <PartialState>
      {rows.some(({ state }) => state !== 'refused')
        ? 'There is an exception about this already; yours may not be needed.'
        : 'This was refused before; say what is different now.'}
      <ul className={classes.existing} aria-label="Exceptions about the same">
        {rows.slice(0, shown).map((row) => (
          <li key={row.id}>
            <ScopeWords scope={row.scope} />: <StateWords row={row} />{' '}
            <AppLink to={exceptionAddress(row)}>Open it</AppLink>
          </li>
        ))}
      </ul>
      {rows.length > shown && (
        <AppLink to={exceptionsAddress({ q: name, state: order })}>All {rows.length} of them</AppLink>
      )}
    </PartialState>
  );
}

function StateWords({ row }: { readonly row: ExceptionRow }) {
  if (row.state === 'asked') {
    return (
      <>
        asked for by <bdi>{row.askedBy}</bdi> (<Age at={row.askedAt} />
        ), waits for a decision.
      </>
    );
  }
  if (row.state === 'approved') return <>stands{row.expires ? ` until ${formatDate(row.expires)}` : ''}.</>;
  return (
    <>
      refused by <bdi>{row.decidedBy}</bdi> (<Age at={row.decidedAt} />){row.decisionNote && `: ${row.decisionNote}`}.
    </>
  );
}
