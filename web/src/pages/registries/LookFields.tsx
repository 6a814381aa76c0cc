import { NumberInput, Switch, Textarea, TextInput } from '@mantine/core';
import type { RegistryChange } from '../../../../src/server/contract/registries.ts';
import { FormPair } from '../../components/Form.tsx';

/** What is looked at, how often and how fast: text as it is typed. */
export interface LookValues {
  readonly include: string;
  readonly exclude: string;
  readonly tags: string;
  readonly repositories: string;
  readonly pollMinutes: number | string;
  readonly requestsPerSecond: number | string;
  readonly plainHttp: boolean;
  readonly certificate: string;
}

export const firstLook: LookValues = {
  include: '',
  exclude: '',
  tags: '',
  repositories: '',
  pollMinutes: 60,
  requestsPerSecond: 20,
  plainHttp: false,
  certificate: '',
};

/** As the API takes it. An empty certificate is left out, so that the one before stays. */
export function lookOf(values: LookValues): RegistryChange {
  return {
    include: wordsOf(values.include, /[\s,]+/),
    exclude: wordsOf(values.exclude, /[\s,]+/),
    tags: wordsOf(values.tags, /[\s,]+/),
    repositories: wordsOf(values.repositories, /\s+/),
    pollMinutes: Number(values.pollMinutes) || 0,
    requestsPerSecond: Number(values.requestsPerSecond) || 20,
    plainHttp: values.plainHttp,
    ...(values.certificate.trim() && { certificate: values.certificate.trim() }),
  };
}

interface LookFieldsProps {
  readonly values: LookValues;
  readonly change: (values: LookValues) => void;
  readonly hasCertificate?: boolean;
}

export function LookFields({ values, change, hasCertificate = false }: LookFieldsProps) {
  const text = (name: keyof LookValues) => ({
    value: values[name] as string,
    spellCheck: false,
    onChange: (event: { currentTarget: { value: string } }) => change({ ...values, [name]: event.currentTarget.value }),
  });
  const number = (name: keyof LookValues) => ({
    value: values[name] as number | string,
    onChange: (value: number | string) => change({ ...values, [name]: value }),
    hideControls: true,
  });
  return (
    <>
      <FormPair>
        <TextInput
          label="Only these repositories"
          description="Globs, with commas between: team-a/*. Empty means all."
          {...text('include')}
        />
        <TextInput label="Not these" description="Globs too: */cache, sandbox/*." {...text('exclude')} />
        <TextInput label="Only these tags" description="Globs: v*, release-*. Empty means all." {...text('tags')} />
        <NumberInput
          label="Look through every … minutes"
          description="0 leaves it to notifications."
          min={0}
          max={10_080}
          {...number('pollMinutes')}
        />
        <NumberInput
          label="Requests a second, at most"
          description="What the registry asks for by itself is always kept."
          min={0.1}
          max={1_000}
          {...number('requestsPerSecond')}
        />
      </FormPair>
      <Textarea
        label="Repositories by name"
        description="One a line, where the registry has no catalogue; the catalogue is then not asked."
        autosize
        minRows={2}
        maxRows={8}
        {...text('repositories')}
      />
      <Textarea
        label="Certificate of a private CA"
        description={
          hasCertificate ? 'One is kept; a new one replaces it.' : 'PEM, where its certificate is not of a public CA.'
        }
        placeholder="-----BEGIN CERTIFICATE-----"
        autosize
        minRows={2}
        maxRows={8}
        {...text('certificate')}
      />
      <Switch
        label="Without encryption (plain HTTP)"
        description="Passwords and images travel openly; for tests only."
        checked={values.plainHttp}
        onChange={(event) => change({ ...values, plainHttp: event.currentTarget.checked })}
      />
    </>
  );
}

const wordsOf = (text: string, between: RegExp): string[] => text.split(between).filter((word) => word !== '');
