import * as z from 'zod';
import type { News } from './notification-sender.ts';

/** The event of https://distribution.github.io/distribution/about/notifications/, which Azure's registry sends, too. */
export const registryEvent = z.object({
  id: z.string().min(1).max(200),
  timestamp: z.string(),
  action: z.string(),
  target: z
    .object({
      mediaType: z.string().optional(),
      digest: z.string().optional(),
      repository: z.string().optional(),
      tag: z.string().optional(),
    })
    .optional(),
});

/** What it means for images; none for blobs, pulls and tests. An import is a push. */
export function newsOfEvent(event: z.infer<typeof registryEvent>): News[] {
  const { id, timestamp, action, target } = event;
  const kind = action === 'push' || action === 'import' ? 'push' : action === 'delete' ? 'delete' : undefined;
  if (!kind || !target?.repository) return [];
  const { repository, digest, tag, mediaType = '' } = target;
  if (kind === 'push' && !isManifest(mediaType)) return [];
  return [{ delivery: id, at: new Date(timestamp), kind, repository, ...known({ digest, tag }) }];
}

/** Without what is empty: some senders write "" for what there is not. */
export function known(fields: {
  readonly digest?: string | null | undefined;
  readonly tag?: string | null | undefined;
}) {
  return { ...(fields.digest && { digest: fields.digest }), ...(fields.tag && { tag: fields.tag }) };
}

function isManifest(mediaType: string): boolean {
  return /^application\/vnd\.(?:oci\.image\.(?:manifest|index)\.v1|docker\.distribution\.manifest(?:\.list)?\.v2)\+json$/.test(
    mediaType,
  );
}
