import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { tarOf } from '../../../test/support/tar.ts';
import { createPace, type Pace } from '../../images/registry/pace.ts';
import { registryFor } from '../../images/registry/testing/open-for-test.ts';
import { refuse, type StrictRegistry } from '../../images/registry/testing/strict-registry.ts';
import { descriptorOf, makeImage, makeIndex } from '../../images/registry/testing/test-image.ts';
import { AppError } from '../../lib/errors.ts';
import { answerTurns, askForTurns, type TurnQuestion } from './turns.ts';
import { createWorkerPool } from './worker-pool.ts';

const image = makeImage({ layers: [tarOf([{ path: 'a' }]), tarOf([{ path: 'b' }])] });

function scannerOf(t: TestContext, { host }: StrictRegistry, digest = image.manifest.digest) {
  const directory = mkdtempSync(join(tmpdir(), 'turns-'));
  const pool = createWorkerPool({ workers: 2, memoryMb: 1_000 });
  t.after(async () => {
    await pool.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const pull = { host, repository: 'team/app', plainHttp: true, allow: ['127.0.0.1'] };
  const source = { kind: 'registry', pull, digest } as const;
  const errand = { source, cacheDirectory: directory, cacheBytes: 0, imageMs: 60_000 };
  return (pace: Pace) => pool.scan(errand, { pace });
}

test('each request of a scan waits for its turn, and a rest that the registry wants is told to the server', async (t) => {
  let refused = false;
  const registry = await registryFor(t, {
    mischief: (_request, response) => {
      if (refused) return false;
      refused = true;
      response.setHeader('retry-after', '1');
      refuse(response, 429, 'TOOMANYREQUESTS', 'slow down');
      return true;
    },
  });
  registry.push(image);
  let turns = 0;
  const rests: number[] = [];
  const shared = createPace(1_000);
  const pace: Pace = {
    turn: (signal) => {
      turns += 1;
      return shared.turn(signal);
    },
    rest: (ms) => {
      rests.push(ms);
      shared.rest(ms);
    },
  };
  const scan = scannerOf(t, registry);

  const outcomes = await Promise.all([scan(pace), scan(pace)]);

  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['inventory', 'inventory'],
  );
  assert.equal(turns, registry.seen.length);
  assert.deepEqual(rests, [1_000]);
});

test('a registry that is to be left alone is not asked, and the scan says why', async (t) => {
  const registry = await registryFor(t);
  const resting: Pace = { turn: () => Promise.reject(new AppError('RATE_LIMITED', 'left alone')), rest: () => {} };

  const outcome = await scannerOf(t, registry)(resting);

  assert.deepEqual(outcome, { kind: 'failed', code: 'RATE_LIMITED', message: 'left alone' });
  assert.deepEqual(registry.seen, []);
});

test('who waits for a turn can be stopped, and the turn of one that went is nobody else’s', async () => {
  const questions: TurnQuestion[] = [];
  const { pace, hear } = askForTurns((question) => questions.push(question));
  const stop = new AbortController();
  const [first, second] = [pace.turn(stop.signal), pace.turn()];
  stop.abort(new Error('stopped'));
  await assert.rejects(first, /stopped/);

  hear({ kind: 'turn', id: 1 });
  assert.equal(await Promise.race([second.then(() => 'went'), 'waits']), 'waits');
  hear({ kind: 'turn', id: 2 });
  await second;
  assert.deepEqual(
    questions.map(({ kind }) => kind),
    ['turn', 'turn'],
  );
});

test('a worker that asks for more than any scan does is not answered', async () => {
  const never: Pace = { turn: () => new Promise(() => {}), rest: () => assert.fail('no time was said') };
  const ask = answerTurns(never, new AbortController().signal, () => {});

  const answered = Array.from({ length: 101 }, (_, id) => ask({ kind: 'turn', id }));

  assert.equal(answered.indexOf(false), 100);
  assert.equal(ask({ kind: 'rest', ms: Number.NaN }), true);
});

test('of an index one image is looked into, and the platforms of the others are told', async (t) => {
  const registry = await registryFor(t);
  const entries = ['amd64', 'arm64', 's390x'].map((architecture) => {
    const platform = { os: 'linux', architecture };
    const one = makeImage({ platform, layers: [tarOf([{ path: architecture }])] });
    registry.push(one);
    return { ...descriptorOf(one.manifest), platform };
  });
  const index = makeIndex(entries);
  registry.store(index, 'multi');

  const outcome = await scannerOf(t, registry, index.digest)(createPace(1_000));

  assert.ok(outcome.kind === 'inventory', JSON.stringify(outcome));
  assert.equal(outcome.image.manifestDigest, entries[0]?.digest);
  assert.deepEqual(
    outcome.inventory.problems.map(({ code, message }) => [code, message]),
    [
      [
        'other-platforms',
        'Only the image for linux/amd64 was looked into; the same name also holds linux/arm64, linux/s390x.',
      ],
    ],
  );
});
