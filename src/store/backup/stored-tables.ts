import type pg from 'pg';
import { AppError } from '../../lib/errors.ts';
import type { TableHeader } from './manifest.ts';

/** The schema is the program's, and sessions end with a restore. */
const leftOut = new Set(['migration', 'session']);

/** Tables of the store with their columns, each after those that it refers to. */
export async function storedTables(client: pg.ClientBase): Promise<readonly TableHeader[]> {
  const { rows } = await client.query<{ table: string; columns: string[]; sequenced: string[] }>(`
    SELECT c.relname AS table,
      array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '') AS columns,
      coalesce(array_agg(a.attname::text) FILTER (WHERE pg_get_serial_sequence(quote_ident(c.relname), a.attname) IS NOT NULL), '{}') AS sequenced
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    GROUP BY c.relname`);
  const names = rows.map(({ table }) => table).filter((table) => !leftOut.has(table));
  const ordered = inOrder(names, await references(client));
  const tables: TableHeader[] = [];
  for (const table of ordered) {
    const row = rows.find((candidate) => candidate.table === table);
    const sequences: TableHeader['sequences'] = [];
    for (const column of row?.sequenced ?? []) sequences.push(await readSequence(client, table, column));
    tables.push({ table, columns: row?.columns ?? [], sequences });
  }
  return tables;
}

/** A name for SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Which table refers to which. */
async function references(client: pg.ClientBase): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { rows } = await client.query<{ table: string; target: string }>(`
    SELECT conrelid::regclass::text AS table, confrelid::regclass::text AS target
    FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace AND conrelid <> confrelid`);
  const found = new Map<string, Set<string>>();
  for (const { table, target } of rows) found.set(table, (found.get(table) ?? new Set()).add(target));
  return found;
}

function inOrder(names: readonly string[], references: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const ordered: string[] = [];
  const left = new Set(names.toSorted());
  while (left.size > 0) {
    const next = [...left].find((table) => ![...(references.get(table) ?? [])].some((target) => left.has(target)));
    if (next === undefined) throw new AppError('STORE_INVALID', `Tables refer to each other: ${[...left].join(', ')}`);
    ordered.push(next);
    left.delete(next);
  }
  return ordered;
}

async function readSequence(client: pg.ClientBase, table: string, column: string) {
  const { rows: named } = await client.query<{ name: string }>('SELECT pg_get_serial_sequence($1, $2) AS name', [
    quoted(table),
    column,
  ]);
  const { rows } = await client.query<{ last_value: string; is_called: boolean }>(
    `SELECT last_value::text, is_called FROM ${named[0]?.name}`,
  );
  return { column, value: rows[0]?.last_value ?? '1', isCalled: rows[0]?.is_called ?? false };
}
