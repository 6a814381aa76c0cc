import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useChangePassword, useSignOut } from '../../api/session.ts';
import { PartialState } from '../../components/PartialState.tsx';
import classes from './SignInCard.module.css';
import { SignInCard } from './SignInCard.tsx';

const leastLength = 12;

/** Asked before anything else, when the password was made by someone else. */
export function ChangePassword() {
  const change = useChangePassword();
  const signOut = useSignOut();
  const [old, setOld] = useState('');
  const [chosen, setChosen] = useState('');
  const isShort = chosen !== '' && chosen.length < leastLength;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen.length >= leastLength) change.mutate({ old, new: chosen });
  };
  return (
    <SignInCard title="Choose a password of your own">
      <p className={classes.text}>The present one was set for you, and others may know it.</p>
      {change.error && <PartialState tone="bad">{change.error.message}</PartialState>}
      <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
        <PasswordInput
          label="Present password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={old}
          onChange={(event) => setOld(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the present password' }}
        />
        <PasswordInput
          label="New password"
          description={`At least ${leastLength} characters; a few words make a good one.`}
          autoComplete="new-password"
          required
          withAsterisk={false}
          value={chosen}
          error={isShort ? `${leastLength - chosen.length} more` : undefined}
          onChange={(event) => setChosen(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the new password' }}
        />
        <Button type="submit" loading={change.isPending}>
          Change it and go on
        </Button>
        <Button variant="subtle" color="gray" loading={signOut.isPending} onClick={() => signOut.mutate()}>
          Sign out
        </Button>
      </form>
    </SignInCard>
  );
}
