import { superuser } from './cluster.ts';

export const databaseName = 'breakwater';

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
