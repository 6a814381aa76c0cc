import * as z from 'zod';

/**
 * A backup is one zstd stream: a line of JSON that says what it is, then for each table a line, its rows as PostgreSQL's
 * COPY writes them (https://www.postgresql.org/docs/current/sql-copy.html, text) in chunks that each begin with their
 * length (32 bits, big-endian; zero ends the table), and a line with what was written; then a last line that repeats it
 * all, without which the file is a part.
 */
export const format = 1;

const name = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/);

export const backupHeader = z.object({
  breakwaterBackup: z.literal(format),
  made: z.iso.datetime(),
  /** Steps of the schema that the data is of. */
  schema: z.array(z.object({ id: z.string(), hash: z.string() })).min(1),
});

/** Column whose next value comes from a sequence, and how far that is. */
const sequence = z.object({ column: name, value: z.string().regex(/^\d+$/), isCalled: z.boolean() });

export const tableHeader = z.object({ table: name, columns: z.array(name), sequences: z.array(sequence) });

export const tableFooter = z.object({
  rows: z.number().int().nonnegative(),
  bytes: z.number().int().nonnegative(),
  sha256: z.string(),
  /** Sum of the SHA-256 of every row: what a table holds, in whatever order. */
  rowSum: z.string(),
});

const tableSummary = z.object({ table: name, ...tableFooter.shape });

export const backupManifest = z.object({ ...backupHeader.shape, tables: z.array(tableSummary) });

export type BackupHeader = z.infer<typeof backupHeader>;
export type TableHeader = z.infer<typeof tableHeader>;
export type TableFooter = z.infer<typeof tableFooter>;
export type BackupManifest = z.infer<typeof backupManifest>;
