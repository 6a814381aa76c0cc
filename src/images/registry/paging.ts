import { AppError } from '../../lib/errors.ts';
import type { Page } from '../registry-connector.ts';

const maxPages = 100_000;

/** Parts one after the other; a list that leads back to a part that was had already would never end. */
export async function* pagesOf<T>(
  what: string,
  from: string | undefined,
  fetchPage: (from: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<Page<T>> {
  const had = new Set<string | undefined>();
  for (let at = from; ; ) {
    had.add(at);
    const page = await fetchPage(at);
    yield page;
    if (page.next === undefined) return;
    if (had.has(page.next) || had.size > maxPages) {
      throw new AppError('REGISTRY_FAILED', `The list of ${what} leads in circles. Ask who runs the registry.`);
    }
    at = page.next;
  }
}

/** Several lists as one; its cursor is the name of a list and a place in it: `octo-org:2`. */
export async function* pagesAcross<T>(
  names: readonly string[],
  from: string | undefined,
  pagesIn: (name: string, from: string | undefined) => AsyncIterable<Page<T>>,
): AsyncGenerator<Page<T>> {
  const [resumed = '', ...place] = from?.split(':') ?? [];
  const start = Math.max(0, names.indexOf(resumed));
  for (const [index, name] of names.entries()) {
    if (index < start) continue;
    const inside = index === start && name === resumed ? place.join(':') : '';
    for await (const { items, next } of pagesIn(name, inside || undefined)) {
      const after = names[index + 1];
      if (next !== undefined) yield { items, next: `${name}:${next}` };
      else yield after === undefined ? { items } : { items, next: `${after}:` };
    }
  }
}

/** A cursor that is the number of a page, from 1. */
export function pageNumber(from: string | undefined): number {
  return from !== undefined && /^[1-9]\d{0,6}$/.test(from) ? Number(from) : 1;
}

/** A page of a list that is asked for by number and ends with a page that is not full. */
export function numbered<T>(items: readonly T[], from: string | undefined, pageSize: number): Page<T> {
  return items.length < pageSize ? { items } : { items, next: String(pageNumber(from) + 1) };
}

/** A time as an API wrote it, for spreading into what was pushed then. */
export function pushedAt(text: string | number | null | undefined): { readonly pushed?: Date } {
  const pushed = new Date(text ?? '');
  return Number.isNaN(pushed.getTime()) ? {} : { pushed };
}
