import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useSignIn, useSignInOptions } from '../../api/session.ts';
import { PartialState } from '../../components/PartialState.tsx';
import { SignInCard } from './SignInCard.tsx';

export function SignIn() {
  const options = useSignInOptions();
  const signIn = useSignIn();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ user: user.trim(), password });
  };
  const providers = options.data?.providers ?? [];
  const hasPassword = options.data?.password ?? true;
  return (
    <SignInCard title="Sign in">
      {signIn.error && <PartialState tone="bad">{signIn.error.message}</PartialState>}
      {options.error && <PartialState tone="bad">{options.error.message}</PartialState>}
      {providers.map((provider) => (
        <Button
          key={provider.id}
          component="a"
          variant="default"
          href={`/api/v1/session/oidc/${encodeURIComponent(provider.id)}?returnTo=${encodeURIComponent(window.location.pathname + window.location.search)}`}
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
