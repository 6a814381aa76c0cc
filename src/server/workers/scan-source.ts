import type { Subject } from '../../images/image.ts';
import { openSubject } from '../../images/open-subject.ts';
import { hostPlatform } from '../../images/platform.ts';
import { imageSources } from '../../images/sources/index.ts';

/** Where a worker finds an image. */
export type ScanSource = { readonly kind: 'local'; readonly reference: string };

export function openSource(source: ScanSource): Promise<Subject> {
  const registry = { plainHttp: false, timeoutMs: 30_000, retries: 3 };
  return openSubject(source.reference, imageSources, { platform: hostPlatform(), registry });
}
