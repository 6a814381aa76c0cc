import type { Image, Platform } from '../../images/image.ts';
import { openImageAt } from '../../images/registry/open-image.ts';
import type { Pace } from '../../images/registry/pace.ts';
import { createAddressGuard } from '../../lib/address-guard.ts';
import type { PullTarget } from './registry-target.ts';

export interface OpenImageOptions {
  /** To choose from an index; when not said, linux/amd64, or else the first that there is. */
  readonly platform?: Platform;
  readonly timeoutMs?: number;
  readonly retries?: number;
  readonly signal?: AbortSignal;
  readonly pace?: Pace;
}

const usual: Platform = { os: 'linux', architecture: 'amd64' };

/** Opens an image by its digest, with what the target holds and no other credentials. For any process. */
export function openRegistryImage(pull: PullTarget, digest: string, options: OpenImageOptions = {}): Promise<Image> {
  const { platform, timeoutMs = 30_000, retries = 3, signal, pace } = options;
  const { host, repository, plainHttp, credentials, certificate } = pull;
  return openImageAt(
    { registry: host, repository, digest },
    {
      platform: platform ?? usual,
      orAnyPlatform: !platform,
      registry: { plainHttp, timeoutMs, retries },
      ...(signal && { signal }),
    },
    {
      findCredentials: async () => ({ notes: [], ...(credentials && { credentials }) }),
      guard: createAddressGuard(pull.allow),
      ...(pace && { pace }),
      ...(certificate !== undefined && { certificateAuthorities: certificate }),
    },
  );
}
