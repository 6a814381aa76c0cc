import { Radio, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { ExceptionRow } from '../../../../src/server/contract/exceptions.ts';
import { type AddressFilter, useAddressFilter } from '../../address-filter.ts';
import { exceptionAddress } from '../../addresses.ts';
import { type ExceptionScope, useAskException, useExceptionReach } from '../../api/exceptions.ts';
import { useImage } from '../../api/images.ts';
import { ApiError } from '../../api/request.ts';
import { useSettings } from '../../api/settings.ts';
import { AppLink } from '../../components/AppLink.tsx';
import { Form, FormPair, FormSection } from '../../components/Form.tsx';
import { formatDate, plural } from '../../components/format.ts';
import { PageHead } from '../../components/PageHead.tsx';
import { Existing } from './Existing.tsx';
import classes from './exceptions.module.css';
import { kindHints, kindTitles, reachText } from './words.tsx';

const parts = ['vulnerability', 'package', 'registry', 'repository', 'image'] as const;
const kinds = Object.keys(kindTitles) as readonly ExceptionRow['kind'][];
const msPerDay = 86_400_000;

/** What it would cover stands in the address, so that a finding can open it filled in. */
export function Page() {
  const address = useAddressFilter();
  const scope = scopeFrom(address);
  const isNamed = Boolean(scope.vulnerability || scope.package);
  const [asked] = useDebouncedValue(scope, 250);
  const reach = useExceptionReach(asked, Boolean(asked.vulnerability || asked.package));
  const ask = useAskException();
  const navigate = useNavigate();
  const longest = useSettings().data?.exceptionDays;
  const [kind, setKind] = useState<ExceptionRow['kind']>('risk-accepted');
  const [reason, setReason] = useState('');
  const latest = longest ? dayAfter(longest - 1) : undefined;
  const [chosen, setEnds] = useState<string>();
  const ends = chosen ?? [dayAfter(90), latest ?? dayAfter(90)].sort()[0];
  const submit = () =>
    ask.mutate(
      { scope, kind, reason: reason.trim(), ...(ends && { expires: `${ends}T23:59:59Z` }) },
      {
        onSuccess: (row) => void navigate({ to: '/exceptions', search: { selected: [row.id] } as never }),
      },
    );
  const field = (name: (typeof parts)[number]) => ({
    value: address.one(name) ?? '',
    spellCheck: false,
    maxLength: 300,
    onChange: (event: { currentTarget: { value: string } }) =>
      address.set({ [name]: event.currentTarget.value || undefined }),
  });
  const waiting = ask.error instanceof ApiError ? ask.error.existing : undefined;
  return (
    <>
      <PageHead title="Ask for an exception" question="What shall not be fixed, why, and until when?" />
      <Form
        action="Ask"
        submit={submit}
        canSend={isNamed && reason.trim().length >= 5}
        isSending={ask.isPending}
        error={ask.error}
        failed="The exception was not asked for"
        wayOn={waiting && <AppLink to={exceptionAddress({ id: waiting, state: 'asked' })}>Open it</AppLink>}
      >
        <FormSection
          title="What"
          hint="A vulnerability, a package, or both. Everything that is filled in must fit; * stands for any text in a package or repository."
        >
          <FormPair>
            <TextInput label="Vulnerability" placeholder="CVE-2026-1234" {...field('vulnerability')} />
            <TextInput label="Package" placeholder="openssl" {...field('package')} />
          </FormPair>
          <FormPair>
            <TextInput label="Registry (optional)" placeholder="production" {...field('registry')} />
            <TextInput label="Repository (optional)" placeholder="payments/*" {...field('repository')} />
          </FormPair>
          {scope.image && (
            <TextInput
              label="Image (optional)"
              description={isDigest(scope.image) && <NameOfImage digest={scope.image} />}
              {...field('image')}
            />
          )}
          <div className={classes.reachBox} role="status">
            {!isNamed
              ? 'Name a vulnerability or a package, and what it would silence is counted here.'
              : reach.error
                ? reach.error.message
                : reach.data
                  ? `This would silence ${reachText(reach.data)} now, and whatever else fits while it stands. Nothing is silenced before an analyst approves it.`
                  : 'Counting what it would silence…'}
          </div>
          {isNamed && <Existing scope={asked} />}
        </FormSection>
        <FormSection title="Why">
          <Radio.Group label="Kind" value={kind} onChange={(value) => setKind(value as ExceptionRow['kind'])}>
            <div style={{ display: 'grid', gap: 8, marginTop: 6 }}>
              {kinds.map((value) => (
                <Radio key={value} size="sm" value={value} label={kindTitles[value]} description={kindHints[value]} />
              ))}
            </div>
          </Radio.Group>
          <Textarea
            label="Reason"
            description="For those who decide, and for those who read it next year."
            required
            withAsterisk={false}
            autosize
            minRows={3}
            maxRows={10}
            minLength={5}
            maxLength={2_000}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        </FormSection>
        <FormSection title="Until when">
          <TextInput
            type="date"
            label="Ends on"
            description={longest && latest ? `${plural(longest, 'day')} at most: ${formatDate(latest)}.` : undefined}
            style={{ maxWidth: 260 }}
            required={longest !== 0}
            withAsterisk={false}
            min={dayAfter(0)}
            max={latest}
            value={ends ?? ''}
            onChange={(event) => setEnds(event.currentTarget.value)}
          />
        </FormSection>
      </Form>
    </>
  );
}

const isDigest = (text: string) => /^sha256:[0-9a-f]{64}$/.test(text);

/** Which image a digest is, for those who do not know them by heart. */
function NameOfImage({ digest }: { readonly digest: string }) {
  return <bdi>{useImage(digest).data?.name ?? '…'}</bdi>;
}

function scopeFrom(address: AddressFilter): ExceptionScope {
  return Object.fromEntries(
    parts.flatMap((name) => (address.one(name)?.trim() ? [[name, address.one(name)?.trim()]] : [])),
  );
}

const dayAfter = (days: number) => new Date(Date.now() + days * msPerDay).toISOString().slice(0, 10);
