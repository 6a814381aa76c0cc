import * as z from 'zod';
import type { NotificationSender } from '../notification-sender.ts';
import { showsSecret } from '../show-secret.ts';

const envelope = z.object({
  message: z.object({ data: z.string(), messageId: z.string().min(1).max(200), publishTime: z.string() }),
});
const change = z.object({ action: z.string(), digest: z.string().optional(), tag: z.string().optional() });

/** https://cloud.google.com/artifact-registry/docs/configure-notifications, pushed by Pub/Sub. */
export const pubSub: NotificationSender = {
  id: 'pub-sub',
  isAuthentic: showsSecret,
  read: ({ body }) => {
    const read = envelope.safeParse(body);
    if (!read.success) return undefined;
    const { data, messageId, publishTime } = read.data.message;
    const told = change.safeParse(parsed(Buffer.from(data, 'base64').toString('utf8')));
    if (!told.success) return undefined;
    const { action, digest: byDigest, tag: byTag } = told.data;
    const kind = ({ INSERT: 'push', DELETE: 'delete' } as const)[action];
    // `host/project/repository/image@sha256:…` and `host/project/repository/image:tag`.
    const [, repository, digest] = /^[^/]+\/([^@]+)@(sha256:[0-9a-f]{64})$/.exec(byDigest ?? '') ?? [];
    const [, taggedRepository, tag] = /^[^/]+\/([^@]+):([\w.-]+)$/.exec(byTag ?? '') ?? [];
    const name = repository ?? taggedRepository;
    if (!kind || !name) return { news: [] };
    // The end of a tag names the digest that it stood for; the image itself stays.
    const whose = kind === 'delete' && tag !== undefined ? { tag } : { digest, tag };
    return { news: [{ delivery: messageId, at: new Date(publishTime), kind, repository: name, ...whose }] };
  },
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
