import type { RegistrySignIn } from '../../../../src/server/contract/registries.ts';

export type SignInMethod = RegistrySignIn['method'];

export interface SignInField {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly isSecret?: boolean;
  readonly isOptional?: boolean;
  readonly isLong?: boolean;
}

interface SignInLooks {
  readonly title: string;
  /** When to choose it, and what it needs. */
  readonly hint: string;
  readonly fields: readonly SignInField[];
}

const clientId = { name: 'clientId', label: 'Client id' };

/** How each way of signing in is asked for. */
export const signInLooks: Readonly<Record<SignInMethod, SignInLooks>> = {
  anonymous: { title: 'Nobody', hint: 'For registries that let everybody pull.', fields: [] },
  password: {
    title: 'User and password or token',
    hint: 'A read-only account or token is enough: nothing is ever written.',
    fields: [
      { name: 'username', label: 'User' },
      { name: 'password', label: 'Password or token', isSecret: true },
    ],
  },
  'entra-service-principal': {
    title: 'Entra service principal',
    hint: 'The application needs the role AcrPull on the registry.',
    fields: [
      { name: 'tenant', label: 'Tenant id' },
      clientId,
      { name: 'clientSecret', label: 'Client secret', isSecret: true },
    ],
  },
  'entra-managed-identity': {
    title: 'Entra managed identity',
    hint: 'Of the machine that this server runs on; it needs the role AcrPull. No secret is kept.',
    fields: [{ ...clientId, isOptional: true, hint: 'Only where the machine has several identities.' }],
  },
  'entra-workload-identity': {
    title: 'Entra workload identity',
    hint: 'Of the pod that this server runs in; it needs the role AcrPull. No secret is kept.',
    fields: [
      { name: 'tenant', label: 'Tenant id', isOptional: true, hint: 'Taken from the pod where left empty.' },
      { ...clientId, isOptional: true, hint: 'Taken from the pod where left empty.' },
    ],
  },
  aws: {
    title: 'AWS',
    hint: 'Without keys, the role of the machine or pod that this server runs on is used.',
    fields: [
      { name: 'region', label: 'Region', hint: 'eu-central-1' },
      { name: 'accessKeyId', label: 'Access key id', isOptional: true },
      { name: 'secretAccessKey', label: 'Secret access key', isSecret: true, isOptional: true },
      { name: 'roleArn', label: 'Role to assume', isOptional: true, hint: 'arn:aws:iam::123456789012:role/reader' },
    ],
  },
  google: {
    title: 'Google',
    hint: 'Without a key, the service account of the machine or pod that this server runs on is used.',
    fields: [
      {
        name: 'serviceAccountKey',
        label: 'Service account key',
        hint: 'The JSON file as it was downloaded.',
        isSecret: true,
        isOptional: true,
        isLong: true,
      },
    ],
  },
};

export type SignInValues = Readonly<Record<string, string>>;

/** As the API takes it; fields left empty are left out. */
export function signInOf(method: SignInMethod, values: SignInValues): RegistrySignIn {
  const given = signInLooks[method].fields.flatMap(({ name }) => (values[name]?.trim() ? [[name, values[name]]] : []));
  return { method, ...Object.fromEntries(given) } as RegistrySignIn;
}

/** Whether all that must be said is said. */
export const isSignInComplete = (method: SignInMethod, values: SignInValues): boolean =>
  signInLooks[method].fields.every(({ name, isOptional }) => isOptional || values[name]?.trim());

export const signInTitle = (method: string): string => signInLooks[method as SignInMethod]?.title ?? method;
