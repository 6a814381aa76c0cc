import type pg from 'pg';
import { quoted, storedTables } from '../backup/stored-tables.ts';

/** Writes a row into every table of the store, whatever tables there are, so that a test of all of them forgets none. */
export async function fillTables(client: pg.ClientBase): Promise<void> {
  for (const { table } of await storedTables(client)) {
    const columns = await columnsOf(client, table);
    const values = columns.map(({ type, target, targetColumn }) =>
      target === null ? sampleOf(type) : `(SELECT ${quoted(targetColumn ?? '')} FROM ${target} LIMIT 1)`,
    );
    await client.query(
      columns.length === 0
        ? `INSERT INTO ${quoted(table)} DEFAULT VALUES`
        : `INSERT INTO ${quoted(table)} (${columns.map(({ name }) => quoted(name)).join(', ')}) VALUES (${values.join(', ')})
           ON CONFLICT DO NOTHING`,
    );
  }
}

interface Column {
  readonly name: string;
  readonly type: string;
  /** The table that it refers to. */
  readonly target: string | null;
  readonly targetColumn: string | null;
}

async function columnsOf(client: pg.ClientBase, table: string): Promise<readonly Column[]> {
  const { rows } = await client.query<Column>(
    `SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, f.confrelid::regclass::text AS target, t.attname AS "targetColumn"
     FROM pg_attribute a
     LEFT JOIN pg_constraint f ON f.conrelid = a.attrelid AND f.contype = 'f' AND a.attnum = ANY (f.conkey)
     LEFT JOIN pg_attribute t ON t.attrelid = f.confrelid AND t.attnum = f.confkey[array_position(f.conkey, a.attnum)]
     WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = '' AND a.attgenerated = ''
     ORDER BY a.attnum`,
    [quoted(table)],
  );
  return rows;
}

function sampleOf(type: string): string {
  if (type.endsWith('[]')) return `ARRAY[${sampleOf(type.slice(0, -2))}]::${type}`;
  const value = values[type];
  if (value === undefined) throw new Error(`Say in ${import.meta.filename} what a value of type ${type} looks like.`);
  return value;
}

const values: Readonly<Record<string, string>> = {
  bigint: '1',
  boolean: 'true',
  bytea: String.raw`'\x00ff'`,
  date: "'2024-02-29'",
  'double precision': '0.1',
  integer: '1',
  jsonb: `'{"a": ["é", null, 1.50]}'`,
  numeric: '1.50',
  real: '0.1',
  smallint: '1',
  text: String.raw`E'a\tb\nc\\d "é" \u2028'`,
  'timestamp with time zone': "'2024-02-29T12:00:00.123456Z'",
  uuid: "'00000000-0000-4000-8000-000000000001'",
};
