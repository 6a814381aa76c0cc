import * as z from 'zod/mini';
import { AppError, messageOf } from '../../../lib/errors.ts';
import type { CredentialFinder } from '../../registry/credentials.ts';
import { clean } from '../../registry/failure.ts';
import type { RegistryAccess } from '../../registry-connector.ts';

/**
 * Of a service account's key only what signs: other kinds of key files name addresses and programs of their own, which
 * nobody should be able to make a server call.
 */
const keyShape = z.object({
  type: z.literal('service_account'),
  project_id: z.string(),
  client_email: z.string(),
  private_key: z.string(),
  private_key_id: z.optional(z.string()),
});

export interface GoogleAccess {
  readonly token: string;
  readonly project: string;
}

type Source = () => Promise<GoogleAccess>;
const sources = new WeakMap<RegistryAccess, Promise<Source>>();
const scopes = ['https://www.googleapis.com/auth/cloud-platform.read-only'];

/** An access token and the project of the identity that it is of. */
export async function googleAccess(access: RegistryAccess): Promise<GoogleAccess> {
  try {
    const source = sources.get(access) ?? sourceOf(access);
    sources.set(access, source);
    return await (await source)();
  } catch (cause) {
    access.signal?.throwIfAborted();
    if (cause instanceof AppError) throw cause;
    const hint = /invalid_grant/.test(messageOf(cause))
      ? 'The key may have been deleted, or the clock of this machine be wrong.'
      : 'Check the service account.';
    const message = `Google does not sign in the service account: ${clean(messageOf(cause))}. ${hint}`;
    throw new AppError('AUTHENTICATION_FAILED', message, { cause });
  }
}

/** https://cloud.google.com/artifact-registry/docs/docker/authentication#token */
export function tokenFinder(access: RegistryAccess): CredentialFinder {
  return async () => {
    const { token } = await googleAccess(access);
    return {
      credentials: { kind: 'password', username: 'oauth2accesstoken', password: token, from: 'Google' },
      notes: [],
    };
  };
}

async function sourceOf({ signIn, cloudFetch, host }: RegistryAccess): Promise<Source> {
  if (signIn.method !== 'google') throw new AppError('REQUEST_INVALID', `${host} needs a sign-in to Google.`);
  // The SDK takes longer to load than the server to start.
  const { GoogleAuth, JWT } = await import('google-auth-library');
  const transporterOptions = { fetchImplementation: cloudFetch };
  if (signIn.serviceAccountKey === undefined) {
    const auth = new GoogleAuth({ scopes, clientOptions: { transporterOptions } });
    return async () => ({ token: tokenIn(await auth.getAccessToken()), project: await auth.getProjectId() });
  }
  const key = readKey(signIn.serviceAccountKey);
  const client = new JWT({
    ...{ email: key.client_email, key: key.private_key, scopes, transporterOptions },
    ...(key.private_key_id !== undefined && { keyId: key.private_key_id }),
  });
  return async () => ({ token: tokenIn((await client.getAccessToken()).token), project: key.project_id });
}

function readKey(text: string) {
  try {
    return keyShape.parse(JSON.parse(text));
  } catch {
    // The cause is left out: it may hold a part of the key.
    const message = 'The service account key is no such key. Paste the whole JSON file that Google gave out for it.';
    throw new AppError('REQUEST_INVALID', message);
  }
}

function tokenIn(token: string | null | undefined): string {
  if (token) return token;
  throw new Error('it gave no token');
}
