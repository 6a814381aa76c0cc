import type { Subject } from '../../images/image.ts';
import { openSubject } from '../../images/open-subject.ts';
import { hostPlatform } from '../../images/platform.ts';
import type { Pace } from '../../images/registry/pace.ts';
import { imageSources } from '../../images/sources/index.ts';
import { openRegistryImage } from '../registries/open-registry-image.ts';
import type { PullTarget } from '../registries/registry-target.ts';

/** Where a worker finds an image. */
export type ScanSource =
  | { readonly kind: 'local'; readonly reference: string }
  | { readonly kind: 'registry'; readonly pull: PullTarget; readonly digest: string };

export function openSource(source: ScanSource, pace: Pace): Promise<Subject> {
  if (source.kind === 'registry') return openRegistryImage(source.pull, source.digest, { pace });
  const registry = { plainHttp: false, timeoutMs: 30_000, retries: 3 };
  return openSubject(source.reference, imageSources, { platform: hostPlatform(), registry });
}
