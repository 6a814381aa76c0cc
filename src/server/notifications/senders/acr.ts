import type { NotificationSender } from '../notification-sender.ts';
import { newsOfEvent, registryEvent } from '../registry-event.ts';
import { showsSecret } from '../show-secret.ts';

/** https://learn.microsoft.com/azure/container-registry/container-registry-webhook-reference */
export const acr: NotificationSender = {
  id: 'acr',
  isAuthentic: showsSecret,
  read: ({ body }) => {
    const read = registryEvent.safeParse(body);
    return read.success ? { news: newsOfEvent(read.data) } : undefined;
  },
};
