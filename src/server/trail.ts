import { addToTrail } from '../store/trail.ts';
import type { ServerContext } from './context.ts';
import type { Route } from './route.ts';

export interface Attempt {
  readonly who: string;
  readonly from: string;
  readonly params: unknown;
  readonly body: unknown;
}

/** Writes down that an administrative action was done or refused. */
export async function recordAction(
  context: Pick<ServerContext, 'store'>,
  route: Route,
  attempt: Attempt,
  outcome: { readonly answer?: unknown; readonly refused?: string },
): Promise<void> {
  if (!route.trail) return;
  const detail = { ...detailOf(route, attempt), ...(outcome.refused && { refused: outcome.refused.slice(0, 500) }) };
  await addToTrail(context.store, {
    who: attempt.who,
    address: attempt.from,
    action: route.trail,
    subject: subjectOf(attempt, outcome.answer),
    ...(Object.keys(detail).length > 0 && { detail }),
    outcome: outcome.refused === undefined ? 'done' : 'refused',
  });
}

/** What it was done to: what the path names, else what the request or its answer calls itself. */
function subjectOf({ params, body }: Attempt, answer: unknown): string {
  const named = Object.values(fields(params)).filter((value) => typeof value === 'string' || typeof value === 'number');
  if (named.length > 0) return clean(named.join('/')).slice(0, 500);
  for (const source of [body, answer])
    for (const key of ['name', 'user', 'id', 'digest']) {
      const value = fields(source)[key];
      if (typeof value === 'string') return clean(value).slice(0, 500);
    }
  return '';
}

function detailOf(route: Route, { body }: Attempt): Record<string, unknown> {
  // A body that large is a document, not a change of settings.
  if (!route.body || (route.bodyBytes ?? 0) > 1_048_576) return {};
  return fields(withoutSecrets(body, 0));
}

const secretKey = /passw|secret|token|credential|private|certificate|^key$|apikey|accesskey$|accountkey|^old$|^new$/i;

/** The same value without anything whose name tells a secret, and bounded in size and depth. */
export function withoutSecrets(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return clean(value.length > 300 ? `${value.slice(0, 300)}…` : value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 6) return '…';
  if (Array.isArray(value)) {
    const shown = value.slice(0, 50).map((item) => withoutSecrets(item, depth + 1));
    return value.length > 50 ? [...shown, `… and ${value.length - 50} more`] : shown;
  }
  const entries = Object.entries(value).slice(0, 50);
  return Object.fromEntries(
    entries.map(([key, inner]) => [
      clean(key).slice(0, 100),
      secretKey.test(key) && inner !== null ? '(not shown)' : withoutSecrets(inner, depth + 1),
    ]),
  );
}

/** jsonb and text keep no U+0000 and no half of a surrogate pair; a refused request may hold either. */
function clean(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
