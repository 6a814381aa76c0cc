import type { NotificationSender } from '../notification-sender.ts';
import { acr } from './acr.ts';
import { distribution } from './distribution.ts';
import { dockerHub } from './docker-hub.ts';
import { eventBridge } from './event-bridge.ts';
import { eventGrid } from './event-grid.ts';
import { github } from './github.ts';
import { harbor } from './harbor.ts';
import { pubSub } from './pub-sub.ts';

export const notificationSenders: readonly NotificationSender[] = [
  acr,
  distribution,
  dockerHub,
  eventBridge,
  eventGrid,
  github,
  harbor,
  pubSub,
];
