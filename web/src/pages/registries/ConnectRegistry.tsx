import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { MadeRegistry, RegistryKinds } from '../../../../src/server/contract/registries.ts';
import { useAddressFilter } from '../../address-filter.ts';
import { type RegistryForm, useAddRegistry, useRegistryKinds, useTestRegistry } from '../../api/registries.ts';
import { useHasRole } from '../../api/session.ts';
import { Answer } from '../../components/Answer.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { Form, FormError, FormMore, FormPair, FormSection } from '../../components/Form.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { Connected } from './Connected.tsx';
import { ConnectionSteps } from './ConnectionSteps.tsx';
import { firstLook, LookFields, lookOf } from './LookFields.tsx';
import { SignInFields } from './SignInFields.tsx';
import { isSignInComplete, type SignInMethod, type SignInValues, signInLooks, signInOf } from './sign-ins.ts';

type Kind = RegistryKinds['kinds'][number];

export function Page() {
  const known = useRegistryKinds();
  const isAdmin = useHasRole('admin');
  const [made, setMade] = useState<MadeRegistry>();
  if (made) return <Connected registry={made} />;
  return (
    <Answer of={known}>
      {({ kinds }) => (
        <>
          <PageHead title="Connect a registry" question="Where do your images lie, and how may they be read?" />
          {isAdmin ? (
            <ConnectForm kinds={kinds} done={setMade} />
          ) : (
            <EmptyState title="Only administrators connect registries">
              Ask one for it, or for the role, which is given under Users and tokens.
            </EmptyState>
          )}
        </>
      )}
    </Answer>
  );
}

function ConnectForm({ kinds, done }: { readonly kinds: readonly Kind[]; readonly done: (r: MadeRegistry) => void }) {
  const address = useAddressFilter();
  const kind = kinds.find(({ id }) => id === address.one('kind')) ?? (kinds.at(-1) as Kind);
  const methods = kind.signIns.filter((method): method is SignInMethod => method in signInLooks);
  const [host, setHost] = useState('');
  const [ownName, setName] = useState<string>();
  const [wantedMethod, setMethod] = useState<SignInMethod>();
  const [values, setValues] = useState<SignInValues>({});
  const [look, setLook] = useState(firstLook);
  const test = useTestRegistry();
  const add = useAddRegistry();
  const method = methods.find((one) => one === wantedMethod) ?? methods[0] ?? 'anonymous';
  const name = ownName ?? nameFrom(host);
  const form: RegistryForm = {
    ...{ name, kind: kind.id, host: host.trim(), signIn: signInOf(method, values) },
    ...lookOf(look),
  };
  const isComplete = form.host !== '' && name !== '' && isSignInComplete(method, values);
  // A result speaks of what was tried, not of what was typed since.
  const [tried, setTried] = useState('');
  const isCurrent = tried === JSON.stringify(form);
  const tryOut = () => {
    setTried(JSON.stringify(form));
    test.mutate(form);
  };
  return (
    <Form
      action="Connect"
      submit={() => add.mutate(form, { onSuccess: done })}
      canSend={isComplete}
      isSending={add.isPending}
      error={add.error}
      failed="The registry was not connected"
      more={
        <Button size="sm" variant="default" onClick={tryOut} loading={test.isPending} disabled={!isComplete}>
          Test the connection
        </Button>
      }
    >
      <FormSection title="Where">
        <NativeSelect
          label="Product"
          value={kind.id}
          data={kinds.map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(event) => address.set({ kind: event.currentTarget.value })}
        />
        <FormPair>
          <TextInput
            label="Host"
            placeholder={kind.hostExample}
            required
            withAsterisk={false}
            spellCheck={false}
            autoCapitalize="none"
            data-autofocus
            value={host}
            onChange={(event) => setHost(event.currentTarget.value.replace(/^https?:\/\//, '').replace(/\/+$/, ''))}
          />
          <TextInput
            label="Name here"
            required
            withAsterisk={false}
            spellCheck={false}
            value={name}
            maxLength={63}
            onChange={(event) => setName(event.currentTarget.value.toLowerCase().replace(/[^a-z0-9-]/g, '-'))}
          />
        </FormPair>
      </FormSection>
      <FormSection title="Sign-in" hint="Kept encrypted, with a key outside the database; it is never shown again.">
        <SignInFields
          methods={methods}
          method={method}
          values={values}
          change={(next, nextValues) => {
            setMethod(next);
            setValues(nextValues);
          }}
        />
      </FormSection>
      <FormSection title="What is looked at" hint="Everything that the sign-in may see, every hour.">
        <FormMore title="Narrow it down, or change how often">
          <LookFields values={look} change={setLook} />
        </FormMore>
      </FormSection>
      {isCurrent && test.data && <ConnectionSteps test={test.data} />}
      {isCurrent && test.error && <FormError failed="The connection was not tested" error={test.error} />}
    </Form>
  );
}

/** `registry.example.com:5000` → `registry-example-com` */
const nameFrom = (host: string): string =>
  host
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
