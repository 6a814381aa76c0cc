import * as z from 'zod';
import type { NotificationSender } from '../notification-sender.ts';
import { newsOfEvent, registryEvent } from '../registry-event.ts';
import { showsSecret } from '../show-secret.ts';

const envelope = z.object({ events: z.array(registryEvent) });

/** https://distribution.github.io/distribution/about/notifications/ */
export const distribution: NotificationSender = {
  id: 'distribution',
  isAuthentic: showsSecret,
  read: ({ body }) => {
    const read = envelope.safeParse(body);
    return read.success ? { news: read.data.events.flatMap(newsOfEvent) } : undefined;
  },
};
