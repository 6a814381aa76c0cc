import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Grant, MadeToken, Role } from '../../../../src/server/contract/access.ts';
import { useMakeToken } from '../../api/accounts.ts';
import { useHasRole } from '../../api/session.ts';
import { Form } from '../../components/Form.tsx';
import { formatDate } from '../../components/format.ts';
import { PartialState } from '../../components/PartialState.tsx';
import { Secret } from '../../components/Secret.tsx';
import classes from './access.module.css';
import { FormDialog } from './FormDialog.tsx';
import { GrantsField } from './GrantsField.tsx';
import { isGrantComplete } from './grants.ts';

const spans = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '366', label: 'a year' },
];

export function MakeToken({ close }: { readonly close: () => void }) {
  const make = useMakeToken();
  return (
    <FormDialog title={make.data ? `The token ${make.data.name}` : 'Make a token'} close={close}>
      {make.data ? <Made token={make.data} close={close} /> : <MakeForm make={make} />}
    </FormDialog>
  );
}

function MakeForm({ make }: { readonly make: ReturnType<typeof useMakeToken> }) {
  const isAnalyst = useHasRole('analyst');
  const isAdmin = useHasRole('admin');
  const roles: readonly Role[] = isAdmin
    ? ['reader', 'analyst', 'admin']
    : isAnalyst
      ? ['reader', 'analyst']
      : ['reader'];
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const [grants, setGrants] = useState<readonly Grant[]>([{ role: 'reader', scope: { kind: 'all' } }]);
  return (
    <Form
      inDialog
      action="Make the token"
      submit={() => make.mutate({ name: name.trim(), days: Number(days), grants: [...grants] })}
      canSend={name.trim() !== '' && grants.every(isGrantComplete)}
      isSending={make.isPending}
      error={make.error}
      failed="The token was not made"
    >
      <TextInput
        label="What uses it"
        placeholder="Build pipeline of payments"
        required
        withAsterisk={false}
        data-autofocus
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        label="Works for"
        value={days}
        data={spans}
        onChange={(event) => setDays(event.currentTarget.value)}
      />
      <GrantsField grants={grants} change={setGrants} roles={roles} />
    </Form>
  );
}

function Made({ token, close }: { readonly token: MadeToken; readonly close: () => void }) {
  return (
    <div className={classes.gap}>
      <Secret name="Token" value={token.token} />
      <PartialState>
        It is shown this once. Copy it now; it works until {formatDate(token.expires)} and can be taken back before.
      </PartialState>
      <p className={classes.hint}>
        Programs send it as <span className="mono">Authorization: Bearer …</span>
      </p>
      <div>
        <Button size="sm" onClick={close}>
          I have copied it
        </Button>
      </div>
    </div>
  );
}
