import type { Platform, Subject } from './image.ts';

export interface OpenOptions {
  /** Platform to choose from an index; default: linux and this machine's architecture. */
  readonly platform: Platform;
  /** Whether the first of an index is taken that has none for this platform. */
  readonly orAnyPlatform?: boolean;
  readonly registry: RegistryOptions;
  readonly signal?: AbortSignal;
}

export interface RegistryOptions {
  /** Allow plain HTTP for the registry asked. */
  readonly plainHttp: boolean;
  /** PEM file with additional certificate authorities. */
  readonly caFile?: string;
  /** Instead of the Docker configuration. */
  readonly username?: string;
  readonly password?: string;
  /** Directory of the Docker configuration; default: `$DOCKER_CONFIG`, then `~/.docker`. */
  readonly dockerConfigDirectory?: string;
  /** Per request. */
  readonly timeoutMs: number;
  readonly retries: number;
}

/** A place images come from. */
export interface ImageSource {
  /** The file's name, for ever; also the explicit prefix of a reference: `docker-archive:x.tar`. */
  readonly id: string;
  readonly title: string;
  /** True when an unprefixed reference is one of this kind. Looks at the first bytes of a local file at most. Asked in the list's order. */
  readonly recognises: (reference: string) => boolean;
  /** Throws `AppError` with a code and the next step when it cannot. */
  readonly open: (reference: string, options: OpenOptions) => Promise<Subject>;
}
