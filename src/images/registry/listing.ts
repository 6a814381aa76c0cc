import type * as z from 'zod/mini';
import { isDigest } from '../../lib/digest.ts';
import { AppError } from '../../lib/errors.ts';
import type { RegistryAccess } from '../registry-connector.ts';
import { askSigned, createAuthorizer } from './authorize.ts';
import { acceptedManifests, apiHost } from './client.ts';
import type { CredentialFinder } from './credentials.ts';
import { clean, refusalOf } from './failure.ts';
import type { Errand, FetchedResponse } from './transport.ts';

/** Reads a registry's lists and heads, signed in for one purpose. */
export interface Listing {
  /** `path` begins with a slash. */
  readonly get: <T>(path: string, shape: z.ZodMiniType<T>) => Promise<Listed<T>>;
  /** Undefined when the tag is gone. */
  readonly digestOf: (repository: string, tag: string) => Promise<string | undefined>;
}

export interface Listed<T> {
  readonly value: T;
  /** Path and query of the next part, from `Link`. */
  readonly next?: string;
}

/** A list of ten thousand long names takes less. */
const maxListBytes = 16 * 1024 * 1024;

/** `purpose` is what messages say: "the repositories of registry.example". `repository` is empty for the catalogue. */
export function createListing(
  access: RegistryAccess,
  findCredentials: CredentialFinder,
  purpose: string,
  repository: string,
): Listing {
  const { host, transport, plainHttp, timeoutMs, signal } = access;
  const right = repository === '' ? 'list its repositories' : `read ${repository}`;
  const scope = repository === '' ? 'registry:catalog:*' : `repository:${repository}:pull`;
  const reference = { registry: host, repository };
  const authorizer = createAuthorizer({
    ...{ reference, transport, findCredentials, plainHttp, timeoutMs, signal, right, scope },
  });
  const base = registryBase(access);
  const ask = (errand: Errand) => askSigned(authorizer, errand, (one) => transport.fetch(one, maxListBytes));

  return {
    get: async (path, shape) => {
      const url = new URL(path, base);
      const response = await ask({ url, what: purpose });
      if (response.status !== 200) {
        const detail = await refusalOf(response, timeoutMs);
        if (response.status === 401 || response.status === 403) throw authorizer.refused(response.status, detail);
        throw statusError(response, detail, purpose);
      }
      const next = nextPath(response, url);
      return { value: readListed(response, shape, purpose), ...(next !== undefined && { next }) };
    },
    digestOf: async (name, tag) => {
      const url = new URL(`/v2/${name}/manifests/${tag}`, base);
      const errand = { url, what: `the digest of ${host}/${name}:${tag}`, headers: { accept: acceptedManifests } };
      const response = await ask({ ...errand, headOnly: true });
      response.discard();
      if (response.status === 404) return undefined;
      const digest = response.header('docker-content-digest') ?? '';
      if (response.status === 200 && isDigest(digest)) return digest;
      if (response.status === 401 || response.status === 403) throw authorizer.refused(response.status, '');
      throw statusError(response, '', errand.what);
    },
  };
}

export function registryBase({ host, plainHttp }: Pick<RegistryAccess, 'host' | 'plainHttp'>): URL {
  return new URL(`${plainHttp ? 'http' : 'https'}://${apiHost(host)}/`);
}

/** A list of an API that is signed in to by one header; throws what a person can act on. */
export async function fetchListed<T>(
  access: RegistryAccess,
  errand: Errand,
  shape: z.ZodMiniType<T>,
): Promise<Listed<T>> {
  const response = await access.transport.fetch(errand, maxListBytes);
  if (response.status !== 200) throw statusError(response, await refusalOf(response, access.timeoutMs), errand.what);
  const next = nextPath(response, errand.url);
  return { value: readListed(response, shape, errand.what), ...(next !== undefined && { next }) };
}

export function passwordFinder(username: string, password: string): CredentialFinder {
  const credentials = { kind: 'password', username, password, from: "the registry's settings" } as const;
  return async () => ({ credentials, notes: [] });
}

/** Says what to do in words of the registry's settings. */
export const noCredentials: CredentialFinder = async () => ({
  notes: [],
  advice: 'Give this registry a sign-in in its settings.',
});

/** `Link: </v2/_catalog?last=x>; rel="next"` (RFC 8288); only within the list that was asked for. */
function nextPath(response: FetchedResponse, asked: URL): string | undefined {
  const header = response.header('link') ?? '';
  if (header.length > 8_192) return undefined;
  for (const part of header.split(/,(?=\s*<)/)) {
    const [, target, parameters = ''] = /^\s*<([^<>]*)>(.*)$/s.exec(part) ?? [];
    if (target === undefined || !/;\s*rel\s*=\s*"?next"?/i.test(parameters)) continue;
    const url = URL.parse(target, asked.href);
    // Proxies before a registry make hosts and schemes up; the path tells whether it is the same list.
    if (url && url.pathname === asked.pathname) return url.pathname + url.search;
  }
  return undefined;
}

function readListed<T>(response: FetchedResponse, shape: z.ZodMiniType<T>, what: string): T {
  const { host } = response.url;
  let value: unknown;
  try {
    value = JSON.parse(response.content.toString('utf8'));
  } catch (cause) {
    const message = `Could not read ${what}: ${host} did not answer with JSON. Check that it is such a registry.`;
    throw new AppError('REGISTRY_FAILED', message, { cause });
  }
  const read = shape.safeParse(value);
  if (read.success) return read.data;
  const place = read.error.issues[0]?.path.join('.') || 'its top level';
  const message = `Could not read ${what}: the answer of ${host} has another form than expected (at ${clean(place)}).`;
  throw new AppError('REGISTRY_FAILED', message);
}

function statusError({ status, url }: FetchedResponse, detail: string, what: string): AppError {
  const said = `${url.host} answered ${status}${detail && `: ${detail}`}`;
  if (status === 404) return new AppError('NOT_FOUND', `There is no list of ${what} (${said}). Check the name.`);
  if (status === 401 || status === 403) {
    const message = `Could not read ${what}: ${said}. Check the sign-in and its rights.`;
    return new AppError('AUTHENTICATION_FAILED', message);
  }
  return new AppError('REGISTRY_FAILED', `Could not read ${what}: ${said}. Try again, or ask who runs it.`);
}
