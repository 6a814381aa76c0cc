import type { Route } from '../route.ts';

/** With which statuses an operation may refuse, by what it takes and does. */
export function errorStatuses(route: Route): readonly number[] {
  const { method, access, body, path, errors = [] } = route;
  const changes = method !== 'GET';
  const found = new Set([400, 429, 431, 503, ...errors]);
  if (access !== 'public' || route.rate === 'sign-in') found.add(401);
  if (access !== 'public' || changes) found.add(403);
  if (path.includes('{') || changes) found.add(404);
  if (changes) {
    found.add(409);
    found.add(422);
    // Fastify reads a body that nobody asked for, too.
    found.add(413);
    found.add(415);
  }
  if (body) found.add(408);
  return [...found].sort((left, right) => left - right);
}
