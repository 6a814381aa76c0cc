import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { News, NotificationSender } from '../notification-sender.ts';
import { known } from '../registry-event.ts';
import { showsSecret } from '../show-secret.ts';

const eventData = z.object({
  resources: z.array(z.object({ digest: z.string().optional(), tag: z.string().optional() })).optional(),
  repository: z.object({ repo_full_name: z.string() }).optional(),
});
const ownForm = z.object({ type: z.string(), occur_at: z.number(), event_data: eventData });
const cloudEvent = z.object({
  specversion: z.string(),
  id: z.string(),
  type: z.string(),
  time: z.string(),
  data: eventData,
});

/** https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/, in both payload formats. */
export const harbor: NotificationSender = {
  id: 'harbor',
  isAuthentic: showsSecret,
  read: ({ body, raw }) => {
    const own = ownForm.safeParse(body);
    if (own.success) {
      const { type, occur_at, event_data } = own.data;
      // It names no delivery; the same bytes are the same news.
      const id = createHash('sha256').update(raw).digest('hex');
      return { news: newsOf(id, new Date(occur_at * 1000), kinds[type], event_data) };
    }
    const cloud = cloudEvent.safeParse(body);
    if (!cloud.success) return undefined;
    const { id, time, type, data } = cloud.data;
    return { news: newsOf(id, new Date(time), kinds[type], data) };
  },
};

const kinds: Readonly<Record<string, News['kind']>> = {
  PUSH_ARTIFACT: 'push',
  DELETE_ARTIFACT: 'delete',
  'harbor.artifact.pushed': 'push',
  'harbor.artifact.deleted': 'delete',
};

function newsOf(id: string, at: Date, kind: News['kind'] | undefined, data: z.infer<typeof eventData>): News[] {
  const repository = data.repository?.repo_full_name;
  if (!kind || !repository) return [];
  return (data.resources ?? []).map(({ digest, tag }, index) => {
    // Harbor names an image without a tag by its digest in both places.
    const name = tag === digest ? undefined : tag;
    return { delivery: `${id}#${index}`, at, kind, repository, ...known({ digest, tag: name }) };
  });
}
