import { visibleSentence } from '../../../lib/visible-text.ts';

/** Text that is HTML already. Only `markup` and `trusted` make it. */
export interface Markup {
  readonly html: string;
}

type Value = string | number | Markup | readonly Markup[];

/** HTML in which every interpolated text is escaped, whatever it holds; only `Markup` goes in as it is. */
export function markup(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let html = parts[0] ?? '';
  for (const [at, value] of values.entries()) html += written(value) + (parts[at + 1] ?? '');
  return { html };
}

/** For our own constants. */
export function trusted(html: string): Markup {
  return { html };
}

export const nothing: Markup = { html: '' };

/** Safe in text and in quoted attributes. */
export function escapeHtml(text: string): string {
  return visibleSentence(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function written(value: Value): string {
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return isList(value) ? value.map(({ html }) => html).join('') : value.html;
}

function isList(value: Markup | readonly Markup[]): value is readonly Markup[] {
  return Array.isArray(value);
}
