import * as z from 'zod';
import { AppError } from '../../lib/errors.ts';
import type { RegistryStored } from '../../store/registries.ts';
import { type RegistrySettings, registrySettings, registrySignIn } from '../contract/registries.ts';
import type { Seal } from '../seal.ts';

/** What lies sealed in `registry.secrets`. */
const secretsShape = z.object({ signIn: registrySignIn, certificate: z.string().optional() });

export type RegistrySecrets = z.infer<typeof secretsShape>;

const settingsShape = registrySettings
  .omit({ name: true, kind: true, host: true, signIn: true, certificate: true })
  .extend({
    /** Of the sign-in, what is no secret. */
    method: z.string().default('anonymous'),
    username: z.string().optional(),
    hasCertificate: z.boolean().default(false),
  });

/** What lies in `registry.settings`. */
export type StoredSettings = z.infer<typeof settingsShape>;

export function storedSettings(row: Pick<RegistryStored, 'settings'>): StoredSettings {
  return settingsShape.parse(row.settings);
}

export function openedSecrets(row: Pick<RegistryStored, 'id' | 'name' | 'secrets'>, seal: Seal): RegistrySecrets {
  if (!row.secrets) return { signIn: { method: 'anonymous' } };
  const read = secretsShape.safeParse(JSON.parse(seal.open(row.secrets, secretsContext(row.name))));
  if (read.success) return read.data;
  const message = `The sign-in of the registry ${row.name} was stored in a form that is no longer known. Enter it again.`;
  throw new AppError('SECRET_UNREADABLE', message);
}

/** What is stored of the settings: in the clear what is no secret, sealed the rest. */
export function sealedSettings(
  given: RegistrySettings,
  seal: Seal,
): { readonly settings: StoredSettings; readonly secrets: Buffer | null } {
  const { name, kind: _kind, host: _host, signIn, certificate, ...rest } = given;
  const settings = {
    ...rest,
    method: signIn.method,
    hasCertificate: certificate !== undefined,
    ...(shownIdentity(signIn) !== undefined && { username: shownIdentity(signIn) }),
  };
  if (signIn.method === 'anonymous' && certificate === undefined) return { settings, secrets: null };
  return { settings, secrets: seal.seal(JSON.stringify({ signIn, certificate }), secretsContext(name)) };
}

export function secretsContext(name: string): string {
  return `registry/${name}/secrets`;
}

export function notificationContext(name: string): string {
  return `registry/${name}/notifications`;
}

/** Who signs in, for people to recognise. */
function shownIdentity(signIn: RegistrySettings['signIn']): string | undefined {
  if (signIn.method === 'password') return signIn.username;
  if (signIn.method === 'aws') return signIn.roleArn ?? signIn.accessKeyId;
  if ('clientId' in signIn) return signIn.clientId;
  return undefined;
}
