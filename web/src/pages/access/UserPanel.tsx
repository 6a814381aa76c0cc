import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Grant, UserChange, UserRow } from '../../../../src/server/contract/access.ts';
import { useChangeUser, useRemoveUser } from '../../api/accounts.ts';
import { Age } from '../../components/Age.tsx';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Form, FormError } from '../../components/Form.tsx';
import { notifyDone, notifyFailed } from '../../components/notify.tsx';
import { PartialState } from '../../components/PartialState.tsx';
import { NewPassword } from './AddUser.tsx';
import classes from './access.module.css';
import { GrantsField } from './GrantsField.tsx';
import { grantsText, isGrantComplete } from './grants.ts';

export function UserPanel({ user }: { readonly user: UserRow }) {
  return (
    <div className={classes.actions}>
      {user.locked && (
        <PartialState>
          Locked after too many wrong passwords, for 15 minutes. A new password opens it at once.
        </PartialState>
      )}
      <Facts
        facts={[
          ['Login', user.user],
          ['Name', user.name],
          ['Roles', grantsText(user.grants)],
          ['Signs in', user.source === 'local' ? 'with a password' : 'through your organisation'],
          ['Last seen', <Age key="seen" at={user.lastSeen} missing="never" />],
          ['Made', <Age key="made" at={user.created} />],
        ]}
      />
      <ChangeGrants user={user} />
      {user.source === 'local' && <ResetPassword user={user} />}
      <Standing user={user} />
    </div>
  );
}

function ChangeGrants({ user }: { readonly user: UserRow }) {
  const change = useChangeUser(user.user);
  const [grants, setGrants] = useState<readonly Grant[]>(
    user.grants.length > 0 ? user.grants : [{ role: 'reader', scope: { kind: 'all' } }],
  );
  const isChanged = JSON.stringify(grants) !== JSON.stringify(user.grants);
  return (
    <div className={classes.group}>
      <Form
        inDialog
        action="Save the roles"
        submit={() =>
          change.mutate(
            { grants: [...grants] },
            { onSuccess: (row) => notifyDone(`${row.user} is now: ${grantsText(row.grants)}`) },
          )
        }
        canSend={isChanged && grants.every(isGrantComplete)}
        isSending={change.isPending}
        error={change.error}
        failed="The roles were not changed"
      >
        <GrantsField grants={grants} change={setGrants} />
      </Form>
    </div>
  );
}

function ResetPassword({ user }: { readonly user: UserRow }) {
  const change = useChangeUser(user.user);
  const [opened, setOpened] = useState(false);
  const [password, setPassword] = useState('');
  if (!opened) {
    return (
      <div className={classes.group}>
        <div>
          <Button size="xs" variant="default" onClick={() => setOpened(true)}>
            Give a new password
          </Button>
        </div>
      </div>
    );
  }
  return (
    <div className={classes.group}>
      <Form
        inDialog
        action="Set the password"
        submit={() =>
          change.mutate(
            { password },
            {
              onSuccess: () => {
                notifyDone(`${user.user} was signed out everywhere and has a new password`);
                setOpened(false);
                setPassword('');
              },
            },
          )
        }
        canSend={password.length >= 12}
        isSending={change.isPending}
        error={change.error}
        failed="The password was not set"
      >
        <NewPassword value={password} change={setPassword} />
      </Form>
    </div>
  );
}

function Standing({ user }: { readonly user: UserRow }) {
  const change = useChangeUser(user.user);
  const remove = useRemoveUser(user.user);
  const send = (wanted: UserChange, said: string, undo?: () => void) =>
    change.mutate(wanted, { onSuccess: () => notifyDone(said, undo) });
  return (
    <div className={classes.group}>
      <div className={classes.buttons}>
        {user.disabled ? (
          <Button
            size="xs"
            variant="default"
            onClick={() => send({ disabled: false }, `${user.user} may sign in again`)}
          >
            Let them sign in again
          </Button>
        ) : (
          <ConfirmButton
            title="Disable"
            size="xs"
            reach={`${user.user} is signed out everywhere at once, and their tokens stop working until they are let in again.`}
            action="Disable the user"
            run={() =>
              send({ disabled: true }, `${user.user} was disabled`, () =>
                send({ disabled: false }, `${user.user} may sign in again`),
              )
            }
            isRunning={change.isPending}
          />
        )}
        <ConfirmButton
          title="Remove"
          size="xs"
          reach={`${user.user} goes with all sessions and tokens. What they did stays in the trail. This cannot be undone.`}
          action="Remove the user"
          run={() =>
            remove.mutate(undefined, {
              onSuccess: () => notifyDone(`${user.user} was removed`),
              onError: (error) => notifyFailed(`${user.user} was not removed`, error),
            })
          }
          isRunning={remove.isPending}
        />
      </div>
      {change.error && <FormError failed="The user was not changed" error={change.error} />}
    </div>
  );
}
