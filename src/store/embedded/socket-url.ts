import { superuser } from './cluster.ts';

/** The one that a new cluster has: it is all ours, and making another takes as long as making the schema. */
export const databaseName = 'postgres';

/** The URL by which a database on a Unix socket is reached. */
export function socketUrl({
  sockets,
  password,
  database,
}: {
  readonly sockets: string;
  readonly password: string;
  readonly database: string;
}): string {
  return `postgresql://${superuser}:${encodeURIComponent(password)}@localhost/${database}?host=${encodeURIComponent(sockets)}`;
}
