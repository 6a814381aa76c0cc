import type { Credentials } from '../../images/registry/credentials.ts';
import type { SignIn } from '../../images/registry-connector.ts';
import type { RegistryStored } from '../../store/registries.ts';
import type { Seal } from '../seal.ts';
import { openedSecrets, storedSettings } from './registry-secrets.ts';

/** Everything needed to reach a registry, secrets opened: stays in the process that holds the key. */
export interface RegistryTarget {
  /** Row of `registry`. */
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly host: string;
  readonly signIn: SignIn;
  /** PEM of a private authority. */
  readonly certificate?: string | undefined;
  readonly plainHttp: boolean;
  readonly requestsPerSecond: number;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly tags: readonly string[];
  readonly repositories: readonly string[];
  /** `network.allow` of the configuration. */
  readonly allow: readonly string[];
}

/**
 * What a scan worker needs to pull from one repository, and nothing more: it reads hostile bytes, so it gets a token
 * for pulling where the product has one, not the sign-in itself. Can be sent to another process.
 */
export interface PullTarget {
  readonly host: string;
  readonly repository: string;
  readonly certificate?: string | undefined;
  readonly plainHttp: boolean;
  readonly allow: readonly string[];
  readonly credentials?: Credentials | undefined;
}

/** Throws SECRET_UNREADABLE when the key is another one than the secrets were sealed with. */
export function targetOf(row: RegistryStored, seal: Seal, allow: readonly string[]): RegistryTarget {
  const settings = storedSettings(row);
  const { signIn, certificate } = openedSecrets(row, seal);
  const { plainHttp, requestsPerSecond, include, exclude, tags, repositories } = settings;
  const { id, name, kind, host } = row;
  return {
    ...{ id, name, kind, host, signIn, certificate, plainHttp, requestsPerSecond },
    ...{ include, exclude, tags, repositories, allow },
  };
}
