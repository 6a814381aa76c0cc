import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { AppError } from '../../lib/errors.ts';
import type { Binaries } from './binaries.ts';
import { bareEnvironment, superuser } from './cluster.ts';
import { type Place, seenFromData } from './place.ts';

/**
 * Gives the database a new password when the file of the old one was lost; without connecting, in single-user mode
 * (https://www.postgresql.org/docs/current/app-postgres.html).
 */
export function resetPassword({
  binaries,
  place,
  password,
}: {
  readonly binaries: Binaries;
  readonly place: Place;
  readonly password: string;
}): Promise<void> {
  const { data, user } = place;
  const options = ['--single', '-D', seenFromData(place).data, '-j', 'postgres'];
  return new Promise((resolve, reject) => {
    const child = spawn(join(binaries.bin, 'postgres'), options, {
      cwd: data,
      env: bareEnvironment,
      stdio: ['pipe', 'ignore', 'pipe'],
      ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2_000);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0 && !said.includes('ERROR')) resolve();
      else reject(new AppError('STORE_UNAVAILABLE', `The password of the database could not be renewed: ${said}`));
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(`ALTER ROLE ${superuser} PASSWORD '${password}';\n\n`);
  });
}
