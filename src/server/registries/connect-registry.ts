import type { RegistryAccess, RegistryConnector } from '../../images/registry-connector.ts';
import type { DiscoveryCursor, DiscoveryStep } from './discover.ts';
import type { PullTarget } from './registry-target.ts';

/** A registry that is being asked. One per crawl: holds connections, tokens and the pace that keeps to its limits. */
export interface ConnectedRegistry {
  readonly connector: RegistryConnector;
  readonly access: RegistryAccess;
  /** All images that the filters let through, a page after the other, from a stored cursor on. */
  readonly discover: (cursor?: DiscoveryCursor) => AsyncIterable<DiscoveryStep>;
  /** What a worker needs to pull from a repository. Throws AUTHENTICATION_FAILED when the product gives no token. */
  readonly pullTarget: (repository: string) => Promise<PullTarget>;
  readonly close: () => Promise<void>;
}

export interface ConnectOptions {
  readonly signal?: AbortSignal | undefined;
  /** Per request; 30 s when not said. */
  readonly timeoutMs?: number;
}
