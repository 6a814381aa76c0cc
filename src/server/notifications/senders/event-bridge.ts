import * as z from 'zod';
import type { NotificationSender } from '../notification-sender.ts';
import { known } from '../registry-event.ts';
import { showsSecret } from '../show-secret.ts';

const event = z.object({
  id: z.string().min(1).max(200),
  'detail-type': z.string(),
  source: z.string(),
  time: z.string(),
  detail: z.object({
    result: z.string().optional(),
    'action-type': z.string().optional(),
    'repository-name': z.string().optional(),
    'image-digest': z.string().optional(),
    'image-tag': z.string().optional(),
  }),
});

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html, by an API destination. */
export const eventBridge: NotificationSender = {
  id: 'event-bridge',
  isAuthentic: showsSecret,
  read: ({ body }) => {
    const read = event.safeParse(body);
    if (!read.success) return undefined;
    const { id, source, time, detail } = read.data;
    const repository = detail['repository-name'];
    const kind = ({ PUSH: 'push', DELETE: 'delete' } as const)[detail['action-type'] ?? ''];
    if (source !== 'aws.ecr' || detail.result !== 'SUCCESS' || !kind || !repository) return { news: [] };
    const image = known({ digest: detail['image-digest'], tag: detail['image-tag'] });
    return { news: [{ delivery: id, at: new Date(time), kind, repository, ...image }] };
  },
};
