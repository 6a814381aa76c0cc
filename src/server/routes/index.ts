import type { Route } from '../route.ts';
import { aboutRoutes } from './about.ts';
import { databaseRoutes } from './database.ts';
import { eventRoutes } from './events.ts';
import { exceptionRoutes } from './exceptions.ts';
import { exportRoutes } from './exports.ts';
import { findingRoutes } from './findings.ts';
import { historyRoutes } from './history.ts';
import { imageFileRoutes } from './image-files.ts';
import { imageRoutes } from './images.ts';
import { jobRoutes } from './jobs.ts';
import { notificationRoutes } from './notifications.ts';
import { oidcRoutes } from './oidc.ts';
import { overviewRoutes } from './overview.ts';
import { recommendationRoutes } from './recommendations.ts';
import { registryRoutes } from './registries.ts';
import { scanRoutes } from './scans.ts';
import { searchRoutes } from './search.ts';
import { sessionRoutes } from './session.ts';
import { settingsRoutes } from './settings.ts';
import { tokenRoutes } from './tokens.ts';
import { trailRoutes } from './trail.ts';
import { userRoutes } from './users.ts';
import { vulnerabilityRoutes } from './vulnerabilities.ts';

/** Every operation of the API, in the order of the documentation. */
export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...oidcRoutes,
  ...overviewRoutes,
  ...searchRoutes,
  ...imageRoutes,
  ...imageFileRoutes,
  ...exportRoutes,
  ...findingRoutes,
  ...vulnerabilityRoutes,
  ...recommendationRoutes,
  ...exceptionRoutes,
  ...historyRoutes,
  ...registryRoutes,
  ...notificationRoutes,
  ...databaseRoutes,
  ...scanRoutes,
  ...jobRoutes,
  ...userRoutes,
  ...tokenRoutes,
  ...trailRoutes,
  ...settingsRoutes,
  ...eventRoutes,
  ...aboutRoutes,
];
