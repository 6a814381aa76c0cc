import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useAddressFilter } from '../../address-filter.ts';
import { useSignIn, useSignInOptions } from '../../api/session.ts';
import { PartialState } from '../../components/PartialState.tsx';
import { SignInCard } from './SignInCard.tsx';

/** Said by the server in the address, when it comes back from an organisation's sign-in without one. */
const failures: Readonly<Record<string, string>> = {
  provider: 'The sign-in service of your organisation does not answer. Try again, or use a password.',
  refused: 'The sign-in was refused or took too long. Try again.',
  role: 'You are known, but no role was given to you here. An administrator can do so under Users and tokens.',
};

export function SignIn() {
  const options = useSignInOptions();
  const signIn = useSignIn();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ user: user.trim(), password });
  };
  const failure = failures[useAddressFilter().one('signInFailed') ?? ''];
  const providers = options.data?.providers ?? [];
  const returnTo = failure ? '/' : window.location.pathname + window.location.search;
  const hasPassword = options.data?.password ?? true;
  return (
    <SignInCard title="Sign in">
      {signIn.error && <PartialState tone="bad">{signIn.error.message}</PartialState>}
      {failure && <PartialState tone="bad">{failure}</PartialState>}
      {options.error && <PartialState tone="bad">{options.error.message}</PartialState>}
      {providers.map((provider) => (
        <Button
          key={provider.id}
          component="a"
          variant="default"
          href={`/api/v1/session/oidc/${encodeURIComponent(provider.id)}?returnTo=${encodeURIComponent(returnTo)}`}
        >
          Sign in with {provider.title}
        </Button>
      ))}
      {hasPassword && (
        <form onSubmit={submit} style={{ display: 'grid', gap: 12 }}>
          <TextInput
            label="User"
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            required
            withAsterisk={false}
            data-autofocus
            value={user}
            onChange={(event) => setUser(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the password' }}
          />
          <Button type="submit" loading={signIn.isPending} mt={4}>
            Sign in
          </Button>
        </form>
      )}
    </SignInCard>
  );
}
