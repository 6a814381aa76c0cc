import type { Route } from '../route.ts';
import { sessionRoutes } from './session.ts';
import { tokenRoutes } from './tokens.ts';
import { trailRoutes } from './trail.ts';
import { userRoutes } from './users.ts';

/** Every operation of the API, in the order of the documentation. */
export const routes: readonly Route[] = [...sessionRoutes, ...userRoutes, ...tokenRoutes, ...trailRoutes];
