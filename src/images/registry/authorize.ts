import * as z from 'zod/mini';
import { AppError } from '../../lib/errors.ts';
import type { HttpResponse } from '../../lib/http.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { CredentialFinder, Credentials, FoundCredentials } from './credentials.ts';
import { refusalOf } from './failure.ts';
import type { RegistryReference } from './reference.ts';
import type { Errand, FetchedResponse, Transport } from './transport.ts';

/** Signs in to one registry for one repository, when asked to and not before. */
export interface Authorizer {
  /** The `Authorization` to send now; undefined while the registry has not asked for any. */
  readonly header: () => Promise<string | undefined>;
  /** Answers a 401, also when it means that a token ran out. Throws AUTHENTICATION_FAILED when there is no answer. */
  readonly answer: (challenges: string | undefined) => Promise<void>;
  /** The error for a request that was refused all the same. */
  readonly refused: (status: number, detail: string) => AppError;
}

export interface AuthorizerOptions {
  readonly reference: RegistryReference;
  readonly transport: Transport;
  readonly findCredentials: CredentialFinder;
  readonly plainHttp: boolean;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** What one signs in for, as messages say it: "pull team/app" when not said. */
  readonly right?: string;
  /** The token's scope where the registry's challenge names none. */
  readonly scope?: string;
}

interface Access {
  readonly header: string;
  readonly expires: number;
}

export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { reference } = options;
  let found: FoundCredentials = { notes: [] };
  let challenge: Challenge | undefined;
  let access: Access | undefined;

  const refused = (status: number, detail: string) => refusal(status, detail, options, found);
  const sign = async (wanted: Challenge): Promise<Access> => {
    const { credentials } = found;
    if (credentials?.kind === 'registry-token') return forEver(`Bearer ${credentials.token}`);
    if (wanted.scheme === 'bearer') return fetchToken(wanted, credentials, options, refused);
    if (credentials?.kind !== 'password') throw refused(401, '');
    return forEver(basic(credentials));
  };

  return {
    header: async () => {
      if (access && challenge && access.expires < Date.now()) access = await sign(challenge);
      return access?.header;
    },
    answer: async (header) => {
      const offered = parseChallenges(header ?? '');
      const byScheme = (scheme: string) => offered.find((one) => one.scheme === scheme);
      challenge = byScheme('bearer') ?? byScheme('basic');
      if (!challenge) {
        const schemes = offered.map(({ scheme }) => scheme).join(', ') || 'nothing';
        const message = `${reference.registry} asks for a sign-in by ${schemes}; only basic and bearer are supported.`;
        throw new AppError('AUTHENTICATION_FAILED', message);
      }
      found = await options.findCredentials(reference, options.signal);
      access = await sign(challenge);
    },
    refused,
  };
}

/** Sends an errand, signing in when the registry asks for it; the answer may still be a refusal. */
export async function askSigned<T extends HttpResponse>(
  authorizer: Authorizer,
  errand: Errand,
  send: (errand: Errand) => Promise<T>,
): Promise<T> {
  const first = await send({ ...errand, authorization: await authorizer.header() });
  // A 401 from elsewhere is a storage host's that was redirected to; our credentials are none of its business.
  if (first.status !== 401 || first.url.origin !== errand.url.origin) return first;
  first.discard();
  await authorizer.answer(first.header('www-authenticate'));
  return send({ ...errand, authorization: await authorizer.header() });
}

const tokenShape = z.object({
  token: z.optional(z.string()),
  access_token: z.optional(z.string()),
  expires_in: z.optional(z.number()),
});

const maxTokenBytes = 1024 * 1024;
/** What the specification assumes when a token server does not say, and the least it allows. */
const shortestLifeMs = 60_000;
/** A token is renewed this long before its end, so that it does not run out on the way. */
const reserveMs = 10_000;

/** https://distribution.github.io/distribution/spec/auth/token/ and, for identity tokens, …/auth/oauth/. */
async function fetchToken(
  challenge: Challenge,
  credentials: Credentials | undefined,
  options: AuthorizerOptions,
  refused: (status: number, detail: string) => AppError,
): Promise<Access> {
  const errand = tokenErrand(challenge, credentials, options);
  const response = await options.transport.fetch(errand, maxTokenBytes);
  if (response.status !== 200) {
    const detail = await refusalOf(response, options.timeoutMs);
    if ([400, 401, 403].includes(response.status)) throw refused(response.status, detail);
    const message = `Could not get ${errand.what}: ${errand.url.host} answered ${response.status}${detail && ` (${detail})`}.`;
    throw new AppError('REGISTRY_FAILED', message);
  }
  return accessOf(response, errand);
}

function tokenErrand(challenge: Challenge, credentials: Credentials | undefined, options: AuthorizerOptions): Errand {
  const { registry, repository } = options.reference;
  const realm = challenge.parameters.get('realm') ?? '';
  const url = URL.parse(realm);
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && options.plainHttp))) {
    const message = `${registry} names no HTTPS address where tokens are given; credentials are not sent in the clear.`;
    throw new AppError('REGISTRY_FAILED', message);
  }
  const service = challenge.parameters.get('service');
  const scope = challenge.parameters.get('scope') || (options.scope ?? `repository:${repository}:pull`);
  const what = repository === '' ? `a token for ${registry}` : `a token for ${registry}/${repository}`;
  if (credentials?.kind === 'identity-token') {
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: credentials.token });
    form.set('client_id', 'breakwater');
    form.set('scope', scope);
    if (service !== undefined) form.set('service', service);
    return { url, what, form };
  }
  if (service !== undefined) url.searchParams.set('service', service);
  for (const one of scope.split(' ')) url.searchParams.append('scope', one);
  return { url, what, authorization: credentials?.kind === 'password' ? basic(credentials) : undefined };
}

function accessOf(response: FetchedResponse, errand: Errand): Access {
  try {
    const { token, access_token, expires_in = 0 } = tokenShape.parse(JSON.parse(response.content.toString('utf8')));
    const value = token || access_token || '';
    if (!/^[\x21-\x7e]+$/.test(value)) throw new Error('no token');
    const lifeMs = Math.max(shortestLifeMs, expires_in * 1000);
    return { header: `Bearer ${value}`, expires: Date.now() + lifeMs - reserveMs };
  } catch (cause) {
    // The answer is left out of the message: it may hold a secret.
    throw new AppError('REGISTRY_FAILED', `Could not get ${errand.what}: ${errand.url.host} answered no token.`, {
      cause,
    });
  }
}

function refusal(status: number, detail: string, options: AuthorizerOptions, found: FoundCredentials): AppError {
  const { registry, repository } = options.reference;
  const right = options.right ?? `pull ${repository}`;
  const said = `${status}${detail && `: ${detail}`}`;
  const { credentials, notes } = found;
  if (credentials) {
    const who = credentials.kind === 'password' ? `"${credentials.username}"` : 'the token';
    const missing = repository === '' ? '' : '; there may also be no such repository';
    return new AppError(
      'AUTHENTICATION_FAILED',
      `${registry} does not let ${who} from ${credentials.from} ${right} (${said}). Check the credentials and the right to ${right.split(' ', 1)[0]}${missing}.`,
    );
  }
  const tried = notes.length > 0 ? ` (${notes.join('; ')})` : '';
  const advice =
    found.advice ??
    `No credentials were found${tried}: run "docker login ${registry}", or give --username, with the password in BREAKWATER_REGISTRY_PASSWORD.`;
  return new AppError(
    'AUTHENTICATION_FAILED',
    `${registry} does not let anybody ${right} without signing in, or has no such repository (${said}). ${advice}`,
  );
}

function basic({ username, password }: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function forEver(header: string): Access {
  return { header, expires: Number.POSITIVE_INFINITY };
}
