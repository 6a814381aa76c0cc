import { readFileSync, statSync } from 'node:fs';

export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whom the database runs as when we are root, which PostgreSQL refuses to be: the owner of data that exists, else the
 * first of these that the system has. Undefined when it simply runs as we do.
 */
export function databaseUser(data: string): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = systemUsers();
  const owner = statSync(data, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0)
    return users.find(({ uid }) => uid === owner.uid) ?? { name: `${owner.uid}`, uid: owner.uid, gid: owner.gid };
  for (const name of preferred) {
    const user = users.find((candidate) => candidate.name === name);
    if (user !== undefined) return user;
  }
  return undefined;
}

const preferred = ['breakwater', 'postgres', 'nobody'];

function systemUsers(): readonly SystemUser[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [name = '', , uid, gid] = line.split(':');
      return gid === undefined || name === '' ? [] : [{ name, uid: Number(uid), gid: Number(gid) }];
    });
}
