import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls, getCACertificates } from 'node:tls';
import { askSigned, createAuthorizer } from '../../images/registry/authorize.ts';
import { apiHost } from '../../images/registry/client.ts';
import { clean, connectionFailure } from '../../images/registry/failure.ts';
import { createListing, registryBase } from '../../images/registry/listing.ts';
import { type AddressGuard, createAddressGuard, guardedLookup } from '../../lib/address-guard.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { proxyFor } from '../../lib/proxy.ts';
import type { ConnectionTest } from '../contract/registries.ts';
import {
  assertFits,
  type ConnectedRegistry,
  type ConnectOptions,
  connectorOf,
  connectRegistry,
} from './connect-registry.ts';
import type { RegistryTarget } from './registry-target.ts';

type Step = ConnectionTest['steps'][number];
type StepName = Step['step'];

const timeoutMs = 10_000;

/** Reaches a registry step by step as far as it goes; what fails says why and what to do. */
export async function testConnection(target: RegistryTarget, options: ConnectOptions = {}): Promise<ConnectionTest> {
  const steps: Step[] = [];
  const run = async (step: StepName, work: () => Promise<string>): Promise<boolean> => {
    const began = performance.now();
    const [ok, message] = await work().then(
      (said) => [true, said] as const,
      (error: unknown) => [false, explained(error, target)] as const,
    );
    steps.push({ step, ok, message, took: Math.round(performance.now() - began) });
    return ok;
  };
  await walk(target, { timeoutMs, retries: 0, ...options }, run);
  return { ok: steps.every(({ ok }) => ok), steps };
}

type Run = (step: StepName, work: () => Promise<string>) => Promise<boolean>;

async function walk(target: RegistryTarget, options: ConnectOptions, run: Run): Promise<void> {
  let guard: AddressGuard | undefined;
  const fits = await run('address', async () => {
    assertFits(connectorOf(target.kind), target);
    guard = createAddressGuard(target.allow);
    return options.transport ? 'The address fits.' : await lookUp(target, guard, options.environment);
  });
  if (!fits || !guard) return;
  if (!options.transport && !(await reach(target, guard, options, run))) return;
  const connected = await connectRegistry(target, options);
  try {
    await use(target, connected, run);
  } finally {
    await connected.close();
  }
}

async function use(target: RegistryTarget, connected: ConnectedRegistry, run: Run): Promise<void> {
  if (!(await run('sign-in', () => signIn(connected)))) return;
  let first: string | undefined;
  const listed = await run('catalogue', async () => {
    for await (const { repository, images, failure } of connected.discover()) {
      if (failure) throw new AppError('REGISTRY_FAILED', failure.message);
      if (images.length === 0) continue;
      first = `${repository}@${images[0]?.digest}`;
      return `It lists its repositories; ${repository} has images.`;
    }
    const filtered = target.include.length + target.exclude.length + target.tags.length > 0;
    return `It lists no image${filtered ? ' that the filters let through; look at them again' : ' yet'}.`;
  });
  if (listed && first !== undefined) await run('pull', () => pull(connected, first ?? ''));
}

async function signIn({ access, connector }: ConnectedRegistry): Promise<string> {
  const { host, transport, plainHttp, timeoutMs: limit, signal } = access;
  const findCredentials = connector.credentials(access);
  const right = 'sign in';
  const authorizer = createAuthorizer({
    ...{
      reference: { registry: host, repository: '' },
      transport,
      findCredentials,
      plainHttp,
      timeoutMs: limit,
      signal,
      right,
    },
    scope: '',
  });
  const errand = { url: new URL('/v2/', registryBase(access)), what: `an answer of ${host}` };
  const response = await askSigned(authorizer, errand, (one) => transport.fetch(one, 1024 * 1024));
  if (response.status === 200)
    return access.signIn.method === 'anonymous' ? 'It asks for no sign-in.' : 'It takes the sign-in.';
  if (response.status === 401 || response.status === 403) throw authorizer.refused(response.status, '');
  const message = `${host} answers ${response.status} where a registry answers 200. Check that it is one.`;
  throw new AppError('REGISTRY_FAILED', message);
}

async function pull({ access, connector }: ConnectedRegistry, name: string): Promise<string> {
  const [repository = '', digest = ''] = name.split('@');
  const listing = createListing(access, connector.credentials(access), name, repository);
  const found = await listing.digestOf(repository, digest);
  if (found === undefined) throw new AppError('IMAGE_NOT_FOUND', `${name} is listed but cannot be pulled.`);
  return `${repository} may be pulled.`;
}

/** Names are resolved by the proxy where there is one. */
async function lookUp(target: RegistryTarget, guard: AddressGuard, environment = process.env): Promise<string> {
  const base = baseOf(target);
  const host = base.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host)) {
    guard.assertAllowed(host, host);
    return `The address is ${host}.`;
  }
  const proxy = proxyFor(base, environment);
  const addresses = await new Promise<string[]>((done, refuse) => {
    guardedLookup(guard)(host, { all: true }, (error, found) => {
      if (error) refuse(error);
      else done([found].flat().map((one) => (typeof one === 'string' ? one : one.address)));
    });
  }).catch((error: unknown) => {
    if (proxy && !(error instanceof AppError)) return [];
    throw error;
  });
  return addresses.length > 0
    ? `${host} is ${addresses.slice(0, 3).join(', ')}.`
    : `${host} is left to the proxy to find.`;
}

async function reach(target: RegistryTarget, guard: AddressGuard, options: ConnectOptions, run: Run): Promise<boolean> {
  const base = baseOf(target);
  if (proxyFor(base, options.environment ?? process.env)) {
    return run('connect', async () => 'It is reached through the proxy of this machine.');
  }
  const host = base.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(base.port || (target.plainHttp ? 80 : 443));
  const to = { host, port, lookup: guardedLookup(guard) };
  const limit = options.timeoutMs ?? timeoutMs;
  const tcp = await run('connect', () =>
    connected(() => connectTcp(to), 'connect', limit).then(() => `Port ${port} answers.`),
  );
  if (!tcp || target.plainHttp) return tcp;
  const ca = [...getCACertificates('system'), ...getCACertificates('extra'), ...getCACertificates('default')];
  const trusted = target.certificate === undefined ? ca : [...ca, target.certificate];
  return run('tls', async () => {
    const servername = isIP(host) ? {} : { servername: host };
    await connected(() => connectTls({ ...to, ...servername, ca: trusted }), 'secureConnect', limit);
    return 'Its certificate is trusted.';
  });
}

function connected(open: () => ReturnType<typeof connectTcp>, event: string, limit: number): Promise<void> {
  return new Promise((done, refuse) => {
    const socket = open();
    socket.setTimeout(limit, () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
    socket.once('error', refuse);
    socket.once(event, () => {
      socket.destroy();
      done();
    });
  });
}

function baseOf({ host, plainHttp }: RegistryTarget): URL {
  return new URL(`${plainHttp ? 'http' : 'https'}://${apiHost(host)}/`);
}

function explained(error: unknown, target: RegistryTarget): string {
  if (error instanceof AppError) return error.message;
  if (typeof (error as { readonly code?: unknown }).code !== 'string') return clean(messageOf(error));
  const { message } = connectionFailure(error, baseOf(target), 'an answer', timeoutMs).error;
  // Settings have other names here than the options of a command.
  return message
    .replace('add --plain-http', 'allow plain HTTP')
    .replace('leave --plain-http out', 'do not allow plain HTTP')
    .replace("name the authority's certificate with --ca-file", "enter the authority's certificate");
}
