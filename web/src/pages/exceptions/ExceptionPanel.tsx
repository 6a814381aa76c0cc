import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ExceptionDecision, ExceptionRow } from '../../../../src/server/contract/exceptions.ts';
import { useDecideException, useExceptionReach } from '../../api/exceptions.ts';
import { useHasRole } from '../../api/session.ts';
import { Age } from '../../components/Age.tsx';
import { Facts } from '../../components/Facts.tsx';
import { FormError } from '../../components/Form.tsx';
import { formatDate } from '../../components/format.ts';
import { notifyDone } from '../../components/notify.tsx';
import classes from './exceptions.module.css';
import { Ends, kindTitles, reachText, stateTitles } from './words.tsx';

export function ExceptionPanel({ row }: { readonly row: ExceptionRow }) {
  return (
    <>
      <p className={classes.reason}>
        <bdi>{row.reason}</bdi>
      </p>
      <Facts
        facts={[
          ['State', stateTitles[row.state]],
          ['Silences', row.state === 'approved' ? reachText(row) : undefined],
          ['Because', kindTitles[row.kind]],
          ['Ends', <Ends key="ends" row={row} />],
          [
            'Asked',
            <span key="asked">
              by <bdi>{row.askedBy}</bdi>, <Age at={row.askedAt} />
            </span>,
          ],
          [
            'Decided',
            row.decidedBy && (
              <span key="decided">
                by <bdi>{row.decidedBy}</bdi>, <Age at={row.decidedAt} />
              </span>
            ),
          ],
          ['Note', row.decisionNote],
          [
            'Withdrawn',
            row.endedBy && (
              <span key="withdrawn">
                by <bdi>{row.endedBy}</bdi>, <Age at={row.endedAt} />
              </span>
            ),
          ],
          ['Why', row.endNote],
        ]}
      />
      <Decide row={row} />
    </>
  );
}

const done: Readonly<Record<ExceptionDecision['decision'], string>> = {
  approve: 'The exception stands',
  refuse: 'The exception was refused',
  withdraw: 'The exception was withdrawn',
};

function Decide({ row }: { readonly row: ExceptionRow }) {
  const isAnalyst = useHasRole('analyst');
  const isOpen = row.state === 'asked';
  const reach = useExceptionReach(row.scope, isOpen);
  const decide = useDecideException(row.id);
  const [note, setNote] = useState('');
  if (!isOpen && row.state !== 'approved') return null;
  if (!isAnalyst) {
    return isOpen ? <p className={classes.reach}>An analyst decides; until then nothing is silenced.</p> : null;
  }
  const send = (decision: ExceptionDecision['decision']) =>
    decide.mutate(
      { decision, ...(note.trim() && { note: note.trim() }) },
      { onSuccess: () => notifyDone(done[decision]) },
    );
  const until = row.expires ? ` until ${formatDate(row.expires)}` : ', without an end';
  return (
    <div className={classes.decide}>
      <p className={classes.reach} role="status">
        {isOpen
          ? reach.data
            ? `Approving silences ${reachText(reach.data)} now, and whatever else fits${until}.`
            : (reach.error?.message ?? 'Counting what it would silence…')
          : `Withdrawing brings ${reachText(row)} back at once.`}
      </p>
      <Textarea
        label="Note (optional)"
        autosize
        minRows={2}
        maxRows={6}
        maxLength={2_000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {decide.error && <FormError failed="Nothing was decided" error={decide.error} />}
      <div className={classes.buttons}>
        {isOpen && (
          <>
            <Button size="xs" onClick={() => send('approve')} loading={decide.isPending}>
              Approve
            </Button>
            <Button size="xs" variant="default" onClick={() => send('refuse')} disabled={decide.isPending}>
              Refuse
            </Button>
          </>
        )}
        <Button size="xs" variant="default" onClick={() => send('withdraw')} disabled={decide.isPending}>
          Withdraw
        </Button>
      </div>
    </div>
  );
}
