import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './log.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  write(createLog({ log: { level: 'info' } }, { write: (line) => void lines.push(line) }));
  return lines.join('');
}

test('a line is one JSON object with level, time and message', () => {
  const line = JSON.parse(logged((log) => log.info({ job: '1' }, 'a job began')));

  assert.equal(line.level, 'info');
  assert.equal(line.msg, 'a job began');
  assert.equal(line.job, '1');
  assert.match(line.time, /^\d{4}-\d\d-\d\dT/);
});

test('secrets are not written, wherever they stand', () => {
  const text = logged((log) => {
    log.info({ password: 'hunter2', headers: { authorization: 'Bearer hunter2', cookie: 'hunter2' } }, 'x');
    log.info({ registry: { clientSecret: 'hunter2', token: 'hunter2' } }, 'y');
  });

  assert.doesNotMatch(text, /hunter2/);
  assert.match(text, /\[secret\]/);
});

test('an error is told with its cause, and without what hangs on it', () => {
  const error = Object.assign(new Error('it broke', { cause: new Error('the reason') }), {
    code: 'BROKEN',
    client: { password: 'hunter2' },
  });

  const { err } = JSON.parse(logged((log) => log.warn({ err: error }, 'x')));

  assert.equal(err.code, 'BROKEN');
  assert.equal(err.cause.message, 'the reason');
  assert.equal(err.client, undefined);
});
