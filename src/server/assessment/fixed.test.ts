import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAssessment } from '../../../test/support/assessment.ts';
import { apk, flaw } from '../../../test/support/judge.ts';
import { placeImages } from '../../store/placements.ts';
import { readHistory, readImageHistory } from '../../store/read/history.ts';
import { readMoved } from '../../store/read/overview.ts';
import { addRegistry } from '../../store/registries.ts';

const database = {
  feeds: {
    alpine: [
      flaw('CVE-2022-0001', 'alpine:3.18', 'busybox', { fixed: '1.36.1-r2' }, { severity: 'critical' }),
      flaw('CVE-2022-0002', 'alpine:3.18', 'busybox', { fixed: '1.36.1-r9' }, { severity: 'low' }),
      flaw('CVE-2022-0003', 'alpine:3.18', 'zlib', { fixed: '2.0-r0' }, { severity: 'high' }),
    ],
  },
} as const;
const old = [apk('busybox', '1.36.1-r0'), apk('zlib', '1.2-r0')];
const upgraded = [apk('busybox', '1.36.1-r3')];
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const firstPush = new Date('2026-08-10T13:00:00Z');
const secondPush = new Date('2026-08-11T13:00:00Z');

async function open() {
  const opened = await openAssessment(database);
  const { store } = opened;
  const row = { name: 'prod', kind: 'distribution', host: 'r.example', settings: {}, secrets: null };
  const { id: registry } = (await addRegistry(store, { ...row, notificationSecret: Buffer.alloc(1) })) ?? { id: 0 };
  const push = async (letter: string, at: Date, tags: readonly string[] = ['1']) => {
    const images = [{ digest: digest(letter), tags, pushed: at }];
    const [placed] = await placeImages(store, {
      ...{ registry, host: 'r.example', repository: 'app', images, at, cause: 'push' },
    });
    return placed?.image ?? 0;
  };
  /** What the history of everything says was fixed, and what that of the image says. */
  const fixed = async (image: number) => {
    const query = { limit: 50, cause: ['fixed'] };
    const whole = await readHistory(store, query, 'everything');
    const own = await readImageHistory(store, image, query, 'everything');
    return { whole: whole.items, own: own.items };
  };
  return { ...opened, push, fixed, [Symbol.asyncDispose]: opened.close };
}

const summary =
  'r.example/app:1: 2 findings are gone that the image before it under this tag had (CVE-2022-0001, CVE-2022-0003).';

test('a push that takes a tag over tells what it fixed, once, with each finding in the history of its image', async () => {
  await using opened = await open();
  await opened.scan(await opened.push('a', firstPush), old);
  const image = await opened.push('b', secondPush, ['1', 'latest']);
  assert.deepEqual((await opened.fixed(image)).whole, [], 'nobody knows before it is scanned');

  await opened.scan(image, upgraded);
  await opened.scan(image, upgraded, '2');

  const { items: told } = await readHistory(opened.store, { limit: 50, change: ['scanned'] }, 'everything');
  assert.deepEqual(told.map(({ text }) => text).sort(), [
    'r.example/app:1 was scanned: 1 finding.',
    'r.example/app:1 was scanned: 3 findings.',
  ]);
  const { whole, own } = await opened.fixed(image);
  assert.deepEqual(
    whole.map(({ at, change, image: told, text }) => [at, change, told, text]),
    [[secondPush.toISOString(), 'went', digest('b'), summary]],
  );
  assert.deepEqual(own.map(({ vulnerability, package: named }) => [vulnerability, named]).sort(), [
    ['CVE-2022-0001', 'busybox 1.36.1-r0'],
    ['CVE-2022-0003', 'zlib 1.2-r0'],
  ]);
  assert.match(own[0]?.text ?? '', /^CVE-2022-000\d in .*: fixed, the tag 1 named an image that had it until then\.$/);
  const moved = await readMoved(opened.store, firstPush, 'everything');
  assert.equal(moved.went, 2);
});

test('it is told whichever of the two is scanned first', async () => {
  await using opened = await open();
  const before = await opened.push('a', firstPush);
  const image = await opened.push('b', secondPush);
  await opened.scan(image, upgraded);
  await opened.scan(before, old);

  const { whole } = await opened.fixed(image);
  assert.deepEqual(
    whole.map(({ text }) => text),
    [summary],
  );
});

test('a tag that is given to an image known already tells what that fixes, and one that goes back to worse nothing', async () => {
  await using opened = await open();
  const good = await opened.push('b', firstPush, ['stable']);
  const bad = await opened.push('a', firstPush);
  await opened.scan(good, upgraded);
  await opened.scan(bad, old);

  await opened.push('b', secondPush);
  assert.equal((await opened.fixed(good)).own.length, 2);
  assert.equal((await opened.fixed(good)).whole.length, 1);
  await opened.push('a', new Date('2026-08-12T13:00:00Z'));
  assert.deepEqual(await opened.fixed(bad).then(({ own }) => own), []);
  assert.equal((await opened.fixed(good)).whole.length, 1);
});
