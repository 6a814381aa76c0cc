import * as z from 'zod/mini';
import { AppError } from '../../../lib/errors.ts';
import type { CredentialFinder, Credentials } from '../../registry/credentials.ts';
import { fetchListed, registryBase } from '../../registry/listing.ts';
import type { RegistryAccess } from '../../registry-connector.ts';
import { cloudOf, entraToken } from './entra.ts';

const answerShape = z.object({ refresh_token: z.string() });

/** A refresh token lives three hours; it is exchanged anew well before. */
const lifeMs = 2 * 60 * 60_000;

/**
 * Entra's token for the registry service, exchanged at `/oauth2/exchange` for the registry's refresh token; for each
 * scope that is given an access token by `/oauth2/token`, as for any identity token.
 */
export function exchangeFinder(access: RegistryAccess): CredentialFinder {
  const finder = finders.get(access) ?? createFinder(access);
  finders.set(access, finder);
  return finder;
}

/** One registry that is being asked exchanges once, whatever is asked of it. */
const finders = new WeakMap<RegistryAccess, CredentialFinder>();

function createFinder(access: RegistryAccess): CredentialFinder {
  let held: { readonly credentials: Credentials; readonly until: number } | undefined;
  return async (_reference, signal) => {
    if (held && held.until > Date.now()) return { credentials: held.credentials, notes: [] };
    const credentials = await exchange(access, signal);
    held = { credentials, until: Date.now() + lifeMs };
    return { credentials, notes: [] };
  };
}

async function exchange(access: RegistryAccess, signal: AbortSignal | undefined): Promise<Credentials> {
  const { host, signIn } = access;
  const token = await entraToken(signIn, cloudOf(host), access.cloudFetch, signal);
  const form = new URLSearchParams({ grant_type: 'access_token', service: host, access_token: token });
  const tenant = 'tenant' in signIn ? signIn.tenant : undefined;
  if (tenant) form.set('tenant', tenant);
  const what = `a token of ${host}`;
  try {
    const errand = { url: new URL('/oauth2/exchange', registryBase(access)), what, form };
    const { value } = await fetchListed(access, errand, answerShape);
    return { kind: 'identity-token', token: value.refresh_token, from: 'Entra' };
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== 'AUTHENTICATION_FAILED') throw cause;
    const message = `${host} does not take the Entra identity: ${cause.message} Give it the role AcrPull on this registry (Container Registry Repository Reader where permissions are by repository), and check that the registry is of the same tenant.`;
    throw new AppError('AUTHENTICATION_FAILED', message, { cause });
  }
}
