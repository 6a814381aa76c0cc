import { registryConnectors } from '../../images/registries/index.ts';
import { createCloudFetch } from '../../images/registry/cloud-fetch.ts';
import { createPace, type RegistryPace } from '../../images/registry/pace.ts';
import { isRegistryHost, isRepository } from '../../images/registry/reference.ts';
import { createTransport, type Transport } from '../../images/registry/transport.ts';
import type { RegistryAccess, RegistryConnector, SignIn } from '../../images/registry-connector.ts';
import { createAddressGuard } from '../../lib/address-guard.ts';
import { AppError } from '../../lib/errors.ts';
import { type DiscoveryCursor, type DiscoveryStep, discover } from './discover.ts';
import type { PullTarget, RegistryTarget } from './registry-target.ts';

/** A registry that is being asked: holds connections, tokens and the pace that keeps to its limits. */
export interface ConnectedRegistry {
  readonly connector: RegistryConnector;
  readonly access: RegistryAccess;
  readonly pace: RegistryPace;
  /** All images that the filters let through, a page after the other, from a stored cursor on. */
  readonly discover: (cursor?: DiscoveryCursor) => AsyncIterable<DiscoveryStep>;
  /** What a worker needs to pull from a repository. Throws AUTHENTICATION_FAILED when a cloud gives no token. */
  readonly pullTarget: (repository: string) => Promise<PullTarget>;
  readonly close: () => Promise<void>;
}

export interface ConnectOptions {
  readonly signal?: AbortSignal | undefined;
  /** Per request; 30 s when not said. */
  readonly timeoutMs?: number;
  /** Repetitions of what may pass; 3 when not said. */
  readonly retries?: number;
  /** What all who ask this registry share; one of its own when not said. */
  readonly pace?: RegistryPace;
  readonly environment?: NodeJS.ProcessEnv;
  /** Another way to the registry and to the clouds, for tests. */
  readonly transport?: Transport;
  readonly cloudFetch?: typeof fetch;
}

export async function connectRegistry(
  target: RegistryTarget,
  options: ConnectOptions = {},
): Promise<ConnectedRegistry> {
  const { signal, timeoutMs = 30_000, retries = 3, environment = process.env } = options;
  const { host, signIn, certificate, plainHttp, allow } = target;
  const connector = connectorOf(target.kind);
  assertFits(connector, target);
  const pace = options.pace ?? createPace(target.requestsPerSecond);
  const transport =
    options.transport ??
    (await createTransport({
      ...{ plainHttp, timeoutMs, retries, environment, signal, pace },
      guard: createAddressGuard(allow),
      ...(certificate !== undefined && { certificateAuthorities: certificate }),
    }));
  const cloudFetch = options.cloudFetch ?? createCloudFetch(environment, timeoutMs);
  const namespaces = namespacesOf([...target.include, ...target.repositories]);
  const access = { host, signIn, namespaces, plainHttp, timeoutMs, transport, cloudFetch, signal };
  const findCredentials = connector.credentials(access);
  return {
    connector,
    access,
    pace,
    discover: (cursor) => discover(connector, access, target, cursor),
    pullTarget: async (repository) => {
      if (!isRepository(repository)) throw new AppError('REQUEST_INVALID', `"${repository}" is not a repository.`);
      const { credentials } = await findCredentials({ registry: host, repository }, signal);
      return {
        host,
        repository,
        certificate,
        plainHttp,
        allow,
        ...(credentials && { credentials }),
      };
    },
    close: transport.close,
  };
}

/** Throws REQUEST_INVALID for a kind that there is none of. */
export function connectorOf(kind: string): RegistryConnector {
  const connector = registryConnectors.find(({ id }) => id === kind);
  if (connector) return connector;
  const known = registryConnectors.map(({ id }) => id).join(', ');
  throw new AppError('REQUEST_INVALID', `There is no kind of registry "${kind}". There are: ${known}.`);
}

/** Throws REQUEST_INVALID, with the reason, when a product cannot be at that host or be signed in to so. */
export function assertFits(
  connector: RegistryConnector,
  { host, signIn, plainHttp }: Pick<RegistryTarget, 'host' | 'signIn' | 'plainHttp'>,
): void {
  const fault = isRegistryHost(host)
    ? (connector.faultOf(host, signIn) ?? faultOfPlainHttp(signIn, plainHttp))
    : `"${host}" is not a host. Write it without https:// and without a path, like ${connector.hostExample}.`;
  if (fault !== undefined) throw new AppError('REQUEST_INVALID', fault);
}

function faultOfPlainHttp({ method }: SignIn, plainHttp: boolean): string | undefined {
  if (!plainHttp || method === 'anonymous' || method === 'password') return undefined;
  return "A cloud's tokens are not sent in the clear; do not allow plain HTTP.";
}

/** What stands before the first slash of globs and names, where it is written out. */
function namespacesOf(globs: readonly string[]): string[] {
  const firsts = globs.flatMap((glob) => (glob.includes('/') ? [glob.slice(0, glob.indexOf('/'))] : []));
  return [...new Set(firsts.filter((first) => first !== '' && !/[*?]/.test(first)))];
}
