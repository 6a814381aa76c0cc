import { useState } from 'react';
import type { TokenRow } from '../../../../src/server/contract/access.ts';
import { useRemoveToken, useTokens } from '../../api/accounts.ts';
import { AddButton } from '../../components/AddButton.tsx';
import { Age } from '../../components/Age.tsx';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import type { Column } from '../../components/DataTable.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatDate, plural } from '../../components/format.ts';
import { ListPage } from '../../components/ListPage.tsx';
import { notifyDone, notifyFailed } from '../../components/notify.tsx';
import { Tag } from '../../components/Tag.tsx';
import { grantsText } from './grants.ts';
import { MakeToken } from './MakeToken.tsx';

const columns: readonly Column<TokenRow>[] = [
  { id: 'name', title: 'Token', width: 'minmax(160px, 1fr)', card: 'title', cell: (row) => <bdi>{row.name}</bdi> },
  { id: 'hint', title: 'Begins with', width: '100px', cell: (row) => <span className="mono">{row.hint}…</span> },
  {
    id: 'grants',
    title: 'Roles',
    width: 'minmax(140px, 1fr)',
    priority: 2,
    cell: (row) => <span title={grantsText(row.grants)}>{grantsText(row.grants)}</span>,
  },
  { id: 'expires', title: 'Ends', width: '112px', cell: (row) => <TokenEnd token={row} /> },
  { id: 'used', title: 'Last used', width: '92px', cell: (row) => <Age at={row.lastUsed} missing="never" /> },
  { id: 'remove', title: '', width: '96px', align: 'end', card: 'bare', cell: (row) => <TakeBack token={row} /> },
];

const owner: Column<TokenRow> = {
  id: 'user',
  title: 'Of',
  width: 'minmax(90px, 0.5fr)',
  cell: (row) => <bdi>{row.user}</bdi>,
};

export function TokensTab({ everybody = false }: { readonly everybody?: boolean }) {
  const [isMaking, setMaking] = useState(false);
  const make = !everybody && <AddButton onClick={() => setMaking(true)}>Make a token</AddButton>;
  return (
    <>
      <ListPage<TokenRow>
        title={everybody ? 'Everybody’s tokens' : 'My tokens'}
        noun={['token', 'tokens']}
        list={useTokens(everybody ? { everybody: 'true' } : {})}
        columns={everybody ? [columns[0] as Column<TokenRow>, owner, ...columns.slice(1)] : columns}
        rowId={(row) => row.id}
        tools={make}
        empty={
          <EmptyState
            title={everybody ? 'Nobody has a token' : 'You have no token'}
            action={make}
            command="BREAKWATER_TOKEN=bw_… breakwater scan IMAGE --upload https://this-server"
          >
            A token lets a program use the API as its maker may, or less, until a day. A build pipeline sends its scans
            with one:
          </EmptyState>
        }
      />
      {isMaking && <MakeToken close={() => setMaking(false)} />}
    </>
  );
}

function TokenEnd({ token }: { readonly token: TokenRow }) {
  const days = Math.ceil((Date.parse(token.expires) - Date.now()) / 86_400_000);
  const words = days <= 0 ? 'ended' : days <= 14 ? `in ${plural(days, 'day')}` : formatDate(token.expires);
  return (
    <time dateTime={token.expires} title={formatDate(token.expires)} style={{ display: 'inline-flex' }}>
      {days <= 14 ? <Tag tone={days <= 0 ? 'plain' : 'warn'}>{words}</Tag> : words}
    </time>
  );
}

function TakeBack({ token }: { readonly token: TokenRow }) {
  const remove = useRemoveToken();
  return (
    <ConfirmButton
      title="Take back"
      label={`Take back the token ${token.name}`}
      reach={`Whatever uses “${token.name}” is refused from then on. This cannot be undone.`}
      action="Take it back"
      isRunning={remove.isPending}
      run={() =>
        remove.mutate(token.id, {
          onSuccess: () => notifyDone(`The token ${token.name} was taken back`),
          onError: (error) => notifyFailed(`The token ${token.name} was not taken back`, error),
        })
      }
    />
  );
}
