import type { Route } from '../route.ts';

/** Every operation of the API, in the order of the documentation. */
export const routes: readonly Route[] = [];
