import type { Route } from '../route.ts';
import { aboutRoutes } from './about.ts';
import { eventRoutes } from './events.ts';
import { jobRoutes } from './jobs.ts';
import { notificationRoutes } from './notifications.ts';
import { oidcRoutes } from './oidc.ts';
import { registryRoutes } from './registries.ts';
import { scanRoutes } from './scans.ts';
import { sessionRoutes } from './session.ts';
import { settingsRoutes } from './settings.ts';
import { tokenRoutes } from './tokens.ts';
import { trailRoutes } from './trail.ts';
import { userRoutes } from './users.ts';

/** Every operation of the API, in the order of the documentation. */
export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...oidcRoutes,
  ...registryRoutes,
  ...notificationRoutes,
  ...scanRoutes,
  ...jobRoutes,
  ...userRoutes,
  ...tokenRoutes,
  ...trailRoutes,
  ...settingsRoutes,
  ...eventRoutes,
  ...aboutRoutes,
];
