import * as z from 'zod';
import type { News, NotificationSender } from '../notification-sender.ts';
import { newsOfEvent, registryEvent } from '../registry-event.ts';
import { showsSecret } from '../show-secret.ts';

/** Event Grid's own schema, and that of CloudEvents 1.0. */
const gridEvent = z.object({ id: z.string(), eventType: z.string(), data: z.unknown() });
const cloudEvent = z.object({ id: z.string(), type: z.string(), specversion: z.string(), data: z.unknown() });
const oneEvent = z.union([gridEvent, cloudEvent]);
const events = z.union([z.array(oneEvent).min(1), oneEvent]);
const validation = z.object({ validationCode: z.string().max(500) });

/**
 * https://learn.microsoft.com/azure/event-grid/event-schema-container-registry; a new subscription first asks whether it
 * is wanted (https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema).
 */
export const eventGrid: NotificationSender = {
  id: 'event-grid',
  isAuthentic: showsSecret,
  read: ({ body }) => {
    const read = events.safeParse(body);
    if (!read.success) return undefined;
    const news: News[] = [];
    for (const event of [read.data].flat()) {
      const type = 'eventType' in event ? event.eventType : event.type;
      if (type === 'Microsoft.EventGrid.SubscriptionValidationEvent') {
        const { data } = validation.safeParse(event.data);
        return { news: [], ...(data && { answer: { validationResponse: data.validationCode } }) };
      }
      if (!/^Microsoft\.ContainerRegistry\.Image(?:Pushed|Deleted)$/.test(type)) continue;
      const { data } = registryEvent.safeParse(event.data);
      if (data) news.push(...newsOfEvent({ ...data, id: event.id }));
    }
    return { news };
  },
};
