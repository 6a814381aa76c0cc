import { Button, Checkbox, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { RegistryChange, RegistryRow } from '../../../../src/server/contract/registries.ts';
import { useChangeRegistry, useRegistryKinds, useRemoveRegistry, useTestStoredRegistry } from '../../api/registries.ts';
import { useHasRole } from '../../api/session.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Form, FormError, FormSection } from '../../components/Form.tsx';
import { plural } from '../../components/format.ts';
import { notifyDone, notifyFailed } from '../../components/notify.tsx';
import { ConnectionSteps } from './ConnectionSteps.tsx';
import { LookFields, type LookValues, lookOf } from './LookFields.tsx';
import { SignInFields } from './SignInFields.tsx';
import { isSignInComplete, type SignInMethod, signInLooks, signInOf, signInTitle } from './sign-ins.ts';

export function SettingsTab({ registry }: { readonly registry: RegistryRow }) {
  if (!useHasRole('admin')) {
    return (
      <EmptyState title="Only administrators change registries">
        Ask one for it, or for the role, which is given under Users and tokens.
      </EmptyState>
    );
  }
  return <ChangeForm registry={registry} />;
}

function ChangeForm({ registry }: { readonly registry: RegistryRow }) {
  const kind = useRegistryKinds().data?.kinds.find(({ id }) => id === registry.kind);
  const methods = (kind?.signIns ?? []).filter((one): one is SignInMethod => one in signInLooks);
  const [host, setHost] = useState(registry.host);
  const [newSignIn, setNewSignIn] = useState(false);
  const [method, setMethod] = useState<SignInMethod>();
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [look, setLook] = useState(lookFrom(registry));
  const change = useChangeRegistry(registry.name);
  const test = useTestStoredRegistry(registry.name);
  const chosen = method ?? methods.find((one) => one === registry.signIn.method) ?? methods[0] ?? 'anonymous';
  // Secrets do not follow to another host: they are asked for again.
  const asksSignIn = newSignIn || host !== registry.host;
  const wanted: RegistryChange = {
    ...lookOf(look),
    ...(host !== registry.host && { host: host.trim() }),
    ...(asksSignIn && { signIn: signInOf(chosen, values) }),
  };
  const isComplete = host.trim() !== '' && (!asksSignIn || isSignInComplete(chosen, values));
  return (
    <Form
      action="Save"
      submit={() => change.mutate(wanted, { onSuccess: () => notifyDone(`${registry.name} was changed`) })}
      canSend={isComplete}
      isSending={change.isPending}
      error={change.error}
      failed="The registry was not changed"
      more={
        <>
          <Button
            size="sm"
            variant="default"
            onClick={() => test.mutate(wanted)}
            loading={test.isPending}
            disabled={!isComplete}
          >
            Test the connection
          </Button>
          <Remove registry={registry} />
        </>
      }
    >
      <FormSection title="Where">
        <TextInput
          label="Host"
          required
          withAsterisk={false}
          spellCheck={false}
          value={host}
          onChange={(event) => setHost(event.currentTarget.value)}
        />
      </FormSection>
      <FormSection title="Sign-in">
        <Checkbox
          label={`Replace the one that is kept (${signInTitle(registry.signIn.method)})`}
          checked={asksSignIn}
          disabled={host !== registry.host}
          onChange={(event) => setNewSignIn(event.currentTarget.checked)}
        />
        {asksSignIn && (
          <SignInFields
            methods={methods}
            method={chosen}
            values={values}
            change={(next, nextValues) => {
              setMethod(next);
              setValues(nextValues);
            }}
          />
        )}
      </FormSection>
      <FormSection title="What is looked at">
        <LookFields values={look} change={setLook} hasCertificate={registry.hasCertificate} />
      </FormSection>
      {test.data && <ConnectionSteps test={test.data} />}
      {test.error && <FormError failed="The connection was not tested" error={test.error} />}
    </Form>
  );
}

function Remove({ registry }: { readonly registry: RegistryRow }) {
  const remove = useRemoveRegistry(registry.name);
  const navigate = useNavigate();
  return (
    <ConfirmButton
      title="Disconnect"
      size="sm"
      reach={`${plural(registry.images.known, 'image')} of ${registry.name} and their findings go, save those that lie elsewhere too. Their history stays. The registry itself is not touched.`}
      action="Disconnect it"
      isRunning={remove.isPending}
      run={() =>
        remove.mutate(undefined, {
          onSuccess: () => {
            notifyDone(`${registry.name} was disconnected`);
            void navigate({ to: '/registries' });
          },
          onError: (error) => notifyFailed(`${registry.name} was not disconnected`, error),
        })
      }
    />
  );
}

const lookFrom = (registry: RegistryRow): LookValues => ({
  include: registry.include.join(', '),
  exclude: registry.exclude.join(', '),
  tags: registry.tags.join(', '),
  repositories: registry.repositories.join('\n'),
  pollMinutes: registry.pollMinutes,
  requestsPerSecond: registry.requestsPerSecond,
  plainHttp: registry.plainHttp,
  certificate: '',
});
