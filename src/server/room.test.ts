import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AppError } from '../lib/errors.ts';
import { startFailure } from './room.ts';

const dataDir = join(tmpdir(), 'not', 'made', 'yet');
const coded = (code: string, more = {}) => Object.assign(new Error(code), { code, ...more });

for (const [what, error, folder] of [
  ['a disk that filled up', coded('ENOSPC'), dataDir],
  ['a quota that was used up', coded('EDQUOT'), dataDir],
  ['a database without room', coded('53100'), dataDir],
  ['a file that could not be copied', coded('ENOSPC', { path: '/from/a.db', dest: '/to/b.db' }), '/to'],
  ['a file that could not be written', coded('ENOSPC', { path: '/elsewhere/a.db' }), '/elsewhere'],
] as const) {
  test(`${what} at the start is said with the place and the next step`, () => {
    const told = startFailure(error, { dataDir });

    assert.ok(told instanceof AppError && told.code === 'STORE_UNAVAILABLE');
    assert.ok(told.message.includes(`the disk of ${folder} (`), told.message);
    assert.match(told.message, /\d+ MB free now\); make room, then start it again\.$/);
    assert.equal(told.cause, error);
  });
}

test('what else ended a start stays as it is', () => {
  for (const error of [coded('ENOENT'), new AppError('CONFIG_INVALID', 'listen'), 'text', undefined])
    assert.equal(startFailure(error, { dataDir }), error);
});
