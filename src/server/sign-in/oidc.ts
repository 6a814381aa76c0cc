import type { Configuration } from 'openid-client';
import { AppError } from '../../lib/errors.ts';
import { listenAddress, type ServerConfig, servesTls } from '../config.ts';
import type { ServerContext } from '../context.ts';
import type { Grant, Role } from '../contract/access.ts';
import { holds } from './access.ts';
import { randomSecret } from './secret-text.ts';

/** Sign-in at an OpenID provider: authorization code with PKCE, state and nonce. */
export type Provider = ServerConfig['signIn']['oidc'][number];

/** What the browser keeps, sealed, while its owner is away at the provider. */
export interface Journey {
  readonly provider: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** A path of ours. */
  readonly returnTo: string;
  /** ms */
  readonly began: number;
}

/** Who came back. */
export interface Identity {
  /** Issuer and its name for the person: never reused, unlike a login. */
  readonly subject: string;
  readonly login: string;
  readonly name: string | undefined;
  readonly grants: readonly Grant[];
}

export async function beginJourney(
  context: ServerContext,
  provider: Provider,
  returnTo: string,
): Promise<{ readonly url: string; readonly journey: Journey }> {
  const client = await import('openid-client');
  const configuration = await configurationOf(context, provider);
  const verifier = client.randomPKCECodeVerifier();
  const journey = {
    provider: provider.id,
    state: randomSecret(),
    nonce: randomSecret(),
    verifier,
    returnTo,
    began: context.now().getTime(),
  };
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri(context.config, provider),
    scope: provider.scopes.join(' '),
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: journey.state,
    nonce: journey.nonce,
  });
  return { url: url.href, journey };
}

/** Exchanges the code for who it is; the library checks state, nonce, issuer, audience, signature and times. */
export async function endJourney(
  context: ServerContext,
  provider: Provider,
  journey: Journey,
  answer: URLSearchParams,
): Promise<Identity> {
  const client = await import('openid-client');
  const configuration = await configurationOf(context, provider);
  const current = new URL(redirectUri(context.config, provider));
  current.search = answer.toString();
  const tokens = await client.authorizationCodeGrant(configuration, current, {
    pkceCodeVerifier: journey.verifier,
    expectedState: journey.state,
    expectedNonce: journey.nonce,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (!claims) throw new AppError('SIGN_IN_NEEDED', `${provider.title} sent no identity.`);
  const told: Record<string, unknown> = { ...claims };
  if (told[provider.groupsClaim] === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined)
    Object.assign(told, await client.fetchUserInfo(configuration, tokens.access_token, claims.sub), {
      sub: claims.sub,
    });
  return identityOf(provider, claims.iss, told);
}

function identityOf(provider: Provider, issuer: string, claims: Readonly<Record<string, unknown>>): Identity {
  const subject = String(claims.sub);
  const role = roleOf(provider, claims[provider.groupsClaim]);
  if (!role)
    throw new AppError('FORBIDDEN', `None of your groups at ${provider.title} has a role here. Ask an administrator.`);
  const preferred = [claims.preferred_username, claims.email].find((each) => typeof each === 'string') ?? subject;
  return {
    subject: `${issuer} ${subject}`,
    login: String(preferred)
      .replace(/[^a-zA-Z0-9._@-]/g, '-')
      .slice(0, 150),
    name: typeof claims.name === 'string' ? claims.name.slice(0, 200) : undefined,
    grants: [{ role, scope: { kind: 'all' } }],
  };
}

/** The highest role that any group gives. */
function roleOf({ roles, defaultRole }: Provider, groups: unknown): Role | undefined {
  const names = (Array.isArray(groups) ? groups : [groups]).filter((group) => typeof group === 'string');
  const given = names.map((name) => (Object.hasOwn(roles, name) ? roles[name] : undefined));
  return [...given, defaultRole]
    .filter((role) => role !== undefined)
    .reduce<Role | undefined>((best, role) => (best && holds(best, role) ? best : role), undefined);
}

/** By configuration alone: what a request says of its host is anybody's. */
function redirectUri(config: ServerConfig, { id }: Provider): string {
  return `${ownOrigin(config)}/api/v1/session/oidc/${id}/callback`;
}

function ownOrigin(config: ServerConfig): string {
  if (config.publicUrl) return config.publicUrl.replace(/\/+$/, '');
  const { host, port } = listenAddress(config);
  return `${servesTls(config) ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

const timeoutSeconds = 10;
const keptMs = 3_600_000;
const known = new WeakMap<ServerConfig, Map<string, { readonly at: number; readonly found: Promise<Configuration> }>>();

/** What the provider says of itself, asked once an hour; a failure is asked anew. */
async function configurationOf({ config, now }: ServerContext, provider: Provider): Promise<Configuration> {
  const providers = known.get(config) ?? new Map();
  known.set(config, providers);
  const kept = providers.get(provider.id);
  if (kept && now().getTime() - kept.at < keptMs) return kept.found;
  const found = discover(provider);
  providers.set(provider.id, { at: now().getTime(), found });
  try {
    return await found;
  } catch (error) {
    providers.delete(provider.id);
    throw new AppError('REGISTRY_FAILED', `${provider.title} does not answer as an OpenID provider.`, { cause: error });
  }
}

async function discover({ issuer, clientId, clientSecret }: Provider): Promise<Configuration> {
  const client = await import('openid-client');
  const plain = issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
  const authentication = clientSecret ? client.ClientSecretBasic(clientSecret) : client.None();
  return client.discovery(new URL(issuer), clientId, {}, authentication, { execute: plain, timeout: timeoutSeconds });
}
