import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { RecommendationChange, RecommendationRow } from '../../../../src/server/contract/recommendations.ts';
import { useChangeRecommendation } from '../../api/recommendations.ts';
import { useHasRole } from '../../api/session.ts';
import { formatDate } from '../../components/format.ts';
import { notifyDone, notifyFailed } from '../../components/notify.tsx';
import { Tag } from '../../components/Tag.tsx';
import classes from './recommendations.module.css';

/** In the order of their filter. */
export const statusTitles: Readonly<Record<RecommendationRow['status'], string>> = {
  open: 'Open',
  doing: 'In work',
  accepted: 'Accepted',
  done: 'Done',
};

interface FieldProps {
  readonly row: RecommendationRow;
}

/** Changes at once, says so, and can be taken back. */
function useChange(row: RecommendationRow) {
  const change = useChangeRecommendation();
  const send = (wanted: RecommendationChange, back: RecommendationChange | undefined, what: string) =>
    change.mutate(
      { id: row.id, change: wanted },
      {
        onSuccess: () => notifyDone(what, back && (() => send(back, undefined, 'Taken back'))),
        onError: (error) => notifyFailed(`${row.package.name} was not changed`, error),
      },
    );
  return send;
}

/** `done` and `accepted` follow from what is seen and decided elsewhere; only open work can be taken up or laid down. */
export function StatusField({ row }: FieldProps) {
  const mayChange = useHasRole('analyst');
  const change = useChange(row);
  if (!mayChange || row.status === 'done' || row.status === 'accepted') {
    return <Tag tone={row.status === 'done' ? 'good' : 'plain'}>{statusTitles[row.status]}</Tag>;
  }
  return (
    <NativeSelect
      size="xs"
      className={classes.field}
      aria-label={`Status of ${row.package.name}`}
      value={row.status}
      data={[
        { value: 'open', label: statusTitles.open },
        { value: 'doing', label: statusTitles.doing },
      ]}
      onChange={(event) => {
        const status = event.currentTarget.value as 'open' | 'doing';
        const before = row.status as 'open' | 'doing';
        change({ status }, { status: before }, `${row.package.name}: ${statusTitles[status].toLowerCase()}`);
      }}
    />
  );
}

export function OwnerField({ row }: FieldProps) {
  const mayChange = useHasRole('analyst');
  const change = useChange(row);
  const [text, setText] = useState<string>();
  if (!mayChange) return <span title={row.owner}>{row.owner ?? 'nobody'}</span>;
  const save = () => {
    const owner = text?.trim() || null;
    setText(undefined);
    if (text === undefined || owner === (row.owner ?? null)) return;
    change(
      { owner },
      { owner: row.owner ?? null },
      owner ? `${row.package.name}: ${owner} owns it` : `${row.package.name}: nobody owns it`,
    );
  };
  return (
    <TextInput
      size="xs"
      className={classes.field}
      aria-label={`Owner of ${row.package.name}`}
      placeholder="nobody"
      maxLength={200}
      value={text ?? row.owner ?? ''}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
        if (event.key === 'Escape') setText(undefined);
      }}
    />
  );
}

export function DueField({ row }: FieldProps) {
  const mayChange = useHasRole('analyst');
  const change = useChange(row);
  if (!mayChange) return row.due ? <DueDate row={row} /> : <>–</>;
  return (
    <span className={classes.due} data-overdue={row.overdue || undefined} data-set={row.due ? true : undefined}>
      <TextInput
        type="date"
        size="xs"
        className={classes.field}
        aria-label={`${row.package.name} is due${row.overdue ? ', overdue' : ''}`}
        value={row.due ?? ''}
        onChange={(event) => {
          const due = event.currentTarget.value || null;
          change(
            { due },
            { due: row.due ?? null },
            due ? `${row.package.name}: due ${formatDate(due)}` : `${row.package.name}: no due date`,
          );
        }}
      />
    </span>
  );
}

export function DueDate({ row }: FieldProps) {
  if (!row.due) return null;
  return (
    <span title={row.overdue ? 'Overdue' : undefined}>
      {formatDate(row.due)} {row.overdue && <Tag tone="bad">overdue</Tag>}
    </span>
  );
}
