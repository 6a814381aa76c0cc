import { createHash } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import type { Store } from '../../src/store/tables.ts';

/**
 * Writes a copy of the vulnerability database in which the packages that most images have got a new flaw each: the
 * worst that a day's advisories may bring. Answers with their names.
 */
export async function writePopularDelta(
  store: Store,
  database: string,
  path: string,
  packages: number,
): Promise<readonly string[]> {
  const { rows } = await sql<{ stream: string; name: string }>`SELECT k.stream, k.name FROM (
      SELECT unnest(components) AS component FROM image_components TABLESAMPLE BERNOULLI (5)) AS held
    JOIN component_key AS k USING (component) GROUP BY k.stream, k.name ORDER BY count(*) DESC, 1, 2 LIMIT ${packages * 3}`.execute(
    store,
  );
  copyFileSync(database, path);
  const file = new DatabaseSync(path);
  try {
    const entries = file.prepare('SELECT entries FROM affected WHERE stream = ? AND name = ?');
    const insert = file.prepare('INSERT OR REPLACE INTO affected VALUES (?, ?, ?, ?)');
    const streams = new Set(
      file
        .prepare('SELECT id FROM stream')
        .all()
        .map(({ id }) => String(id)),
    );
    const last = (table: string) => Number(file.prepare(`SELECT max(id) AS id FROM ${table}`).get()?.id);
    let [flaw, advisory] = [last('flaw'), last('advisory')];
    file.exec('BEGIN');
    const chosen = rows.filter(({ stream }) => streams.has(stream)).slice(0, packages);
    for (const { stream, name } of chosen) {
      flaw += 1;
      advisory += 1;
      const id = `CVE-2099-${10_000 + flaw}`;
      file.prepare('INSERT INTO flaw VALUES (?, ?, NULL)').run(flaw, JSON.stringify([id]));
      file.prepare('INSERT INTO flaw_id VALUES (?, ?)').run(id, flaw);
      file
        .prepare('INSERT INTO advisory VALUES (?, ?, ?, ?, ?)')
        .run(advisory, flaw, 'bench', id, JSON.stringify({ severity: 'critical' }));
      const known = JSON.parse(String(entries.get(stream, name)?.entries ?? '[]')) as unknown[];
      const text = JSON.stringify([...known, [advisory, [[]]]]);
      insert.run(stream, name, createHash('sha256').update(text).digest().subarray(0, 8), text);
    }
    file.exec('COMMIT');
    return chosen.map(({ stream, name }) => `${stream} ${name}`);
  } finally {
    file.close();
  }
}
