import { type RawBuilder, sql } from 'kysely';
import { AppError } from '../../lib/errors.ts';

/** One page of a list, with where the next one begins. */
export interface Page<Row> {
  readonly items: Row[];
  readonly next?: string;
  readonly total?: number;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** What of a query decides which rows there are, and not which of them are shown, nor in what order. */
export function filterOf<
  Query extends PageRequest & { readonly sort: string; readonly direction?: string | undefined },
>({ sort: _sort, direction: _direction, limit: _limit, cursor: _cursor, ...filter }: Query) {
  return filter;
}

type KeyType = 'real' | 'integer' | 'bigint' | 'text' | 'timestamptz' | 'boolean' | 'uuid';

/** One of the values that a list is ordered by; the last of them tells every row from every other. */
export interface SortKey {
  readonly by: RawBuilder<unknown>;
  readonly type: KeyType;
}

/**
 * An order of rows, all keys in one direction, so that one index serves it. Its name stands in the cursors: a cursor of
 * another order is refused.
 */
export interface Order {
  readonly name: string;
  readonly keys: readonly SortKey[];
  readonly direction: 'asc' | 'desc';
}

/** The keys as text, in a column of their own: what the cursor is made of, exact to the last digit. */
export function sortKeys({ keys }: Order): RawBuilder<string[]> {
  const texts = keys.map(({ by, type }) => (type === 'timestamptz' ? microseconds(by) : sql`(${by})::text`));
  return sql<string[]>`ARRAY[${sql.join(texts)}]`;
}

export function orderBy({ keys, direction }: Order): RawBuilder<unknown> {
  const towards = sql.raw(direction);
  return sql`ORDER BY ${sql.join(keys.map(({ by }) => sql`${by} ${towards}`))}`;
}

/** True for the rows behind the cursor; without one, for all. */
export function behind(order: Order, cursor: string | undefined): RawBuilder<boolean> {
  if (cursor === undefined) return sql<boolean>`true`;
  const values = readCursor(cursor, order);
  const keys = sql.join(order.keys.map(({ by }) => by));
  const given = sql.join(
    order.keys.map(({ type }, at) =>
      type === 'timestamptz' ? instantOf(values[at]) : sql`${values[at]}::${sql.raw(type)}`,
    ),
  );
  return sql<boolean>`(${keys}) ${sql.raw(order.direction === 'asc' ? '>' : '<')} (${given})`;
}

/** What was read, one row more than the page has when there are more, as a page. */
export function pageFrom<Read extends { readonly sort_keys: readonly string[] }, Row>(
  rows: readonly Read[],
  order: Order,
  limit: number,
  toRow: (read: Read) => Row,
): Page<Row> {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return { items: items.map(toRow), ...(last && { next: writeCursor(order, last.sort_keys) }) };
}

export function writeCursor({ name, direction }: Order, values: readonly string[]): string {
  return Buffer.from(JSON.stringify([name, direction, ...values])).toString('base64url');
}

export function readCursor(cursor: string, { name, direction, keys }: Order): readonly string[] {
  const [ofName, ofDirection, ...values] = partsOf(cursor);
  const fits = ofName === name && ofDirection === direction && values.length === keys.length;
  if (!fits || !keys.every(({ type }, at) => hasForm(type, values[at] ?? '')))
    throw new AppError(
      'REQUEST_INVALID',
      'The cursor does not belong to this list in this order. Ask again without it for the first page.',
    );
  return values;
}

/** As a number of microseconds: written the same whatever the time zone of the connection. */
function microseconds(by: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`(extract(epoch FROM ${by}) * 1000000)::bigint::text`;
}

function instantOf(text: string | undefined): RawBuilder<Date> {
  return sql<Date>`(timestamptz '1970-01-01 00:00:00+00' + ${text}::bigint * interval '1 microsecond')`;
}

const forms: Readonly<Record<KeyType, RegExp>> = {
  real: /^-?\d{1,20}(\.\d{1,20})?(e-\d{1,2})?$/,
  integer: /^-?\d{1,9}$/,
  bigint: /^-?\d{1,18}$/,
  text: /^[^\0]*$/,
  timestamptz: /^-?\d{1,17}$/,
  boolean: /^(true|false)$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
};

/** Whether PostgreSQL would take it: a cursor may be anybody's invention. */
function hasForm(type: KeyType, text: string): boolean {
  if (!forms[type].test(text)) return false;
  const size = Math.abs(Number(text));
  return type !== 'real' || size === 0 || size > 1e-36;
}

function partsOf(cursor: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) && value.every((part) => typeof part === 'string') ? value : [];
  } catch {
    return [];
  }
}
