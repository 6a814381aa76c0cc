import { PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Grant } from '../../../../src/server/contract/access.ts';
import { useAddUser } from '../../api/accounts.ts';
import { Form, FormPair } from '../../components/Form.tsx';
import { notifyDone } from '../../components/notify.tsx';
import { FormDialog } from './FormDialog.tsx';
import { GrantsField } from './GrantsField.tsx';
import { isGrantComplete } from './grants.ts';

export function AddUser({ close }: { readonly close: () => void }) {
  const add = useAddUser();
  const [user, setUser] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [grants, setGrants] = useState<readonly Grant[]>([{ role: 'reader', scope: { kind: 'all' } }]);
  const submit = () =>
    add.mutate(
      { user: user.trim(), password, grants: [...grants], ...(name.trim() && { name: name.trim() }) },
      {
        onSuccess: (row) => {
          notifyDone(`${row.user} can sign in, and is asked for a password of their own first`);
          close();
        },
      },
    );
  return (
    <FormDialog title="Add a user" close={close}>
      <Form
        inDialog
        action="Add the user"
        submit={submit}
        canSend={user.trim() !== '' && password.length >= 12 && grants.every(isGrantComplete)}
        isSending={add.isPending}
        error={add.error}
        failed="The user was not added"
      >
        <FormPair>
          <TextInput
            label="Login"
            required
            withAsterisk={false}
            data-autofocus
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            pattern="[a-zA-Z0-9._@\-]+"
            maxLength={200}
            value={user}
            onChange={(event) => setUser(event.currentTarget.value)}
          />
          <TextInput
            label="Name (optional)"
            autoComplete="off"
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </FormPair>
        <NewPassword value={password} change={setPassword} />
        <GrantsField grants={grants} change={setGrants} />
      </Form>
    </FormDialog>
  );
}

interface NewPasswordProps {
  readonly value: string;
  readonly change: (value: string) => void;
}

export function NewPassword({ value, change }: NewPasswordProps) {
  return (
    <PasswordInput
      label="First password"
      description="12 characters at least. At the first sign-in another one is asked for."
      required
      withAsterisk={false}
      autoComplete="new-password"
      minLength={12}
      maxLength={1_000}
      value={value}
      onChange={(event) => change(event.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
    />
  );
}
