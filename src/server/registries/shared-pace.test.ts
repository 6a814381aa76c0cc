import assert from 'node:assert/strict';
import { after, before, type TestContext as Running, test } from 'node:test';
import { serverFor } from '../../images/registry/testing/open-for-test.ts';
import { refuse } from '../../images/registry/testing/strict-registry.ts';
import { addRegistry } from '../../store/registries.ts';
import { openTestContext, type TestContext } from '../testing/test-context.ts';
import { connectRegistry } from './connect-registry.ts';
import { keepPaces } from './registry-paces.ts';
import type { RegistryTarget } from './registry-target.ts';

let context: TestContext;
before(async () => {
  context = await openTestContext();
});
after(() => context.close());

let serial = 0;
async function targetAt(host: string, requestsPerSecond: number): Promise<RegistryTarget> {
  serial += 1;
  const stored = { name: `r${serial}`, kind: 'distribution', host, settings: {}, secrets: null };
  const row = await addRegistry(context.store, { ...stored, notificationSecret: Buffer.alloc(1) });
  const { name, kind } = stored;
  return {
    ...{ id: row?.id ?? 0, name, kind, host, signIn: { method: 'anonymous' }, plainHttp: true, requestsPerSecond },
    ...{ include: [], exclude: [], tags: [], repositories: [], allow: ['127.0.0.1'] },
  };
}

/** Asks a registry as a replica of its own does. */
async function replica(t: Running, target: RegistryTarget) {
  const pace = keepPaces(context).of(target);
  const { access, close } = await connectRegistry(target, { pace, retries: 1 });
  t.after(close);
  return (name: string) =>
    access.transport.fetch({ url: new URL(`http://${target.host}/${name}`), what: 'an answer' }, 100);
}

/** A registry that answers everything, and when it was asked what. */
async function countingRegistry(t: Running, refused: (asked: number) => string | undefined = () => undefined) {
  const asked: { at: number; path: string }[] = [];
  const host = await serverFor(t, ({ path }, response) => {
    const retryAfter = refused(asked.length);
    asked.push({ at: performance.now(), path });
    if (retryAfter === undefined) return response.end('{}');
    response.setHeader('retry-after', retryAfter);
    return refuse(response, 429, 'TOOMANYREQUESTS', 'slow down');
  });
  return { host, asked };
}

/** The most requests that fell into any second. */
function busiestSecond(asked: readonly { readonly at: number }[]): number {
  return Math.max(...asked.map(({ at }) => asked.filter((other) => other.at >= at && other.at < at + 1_000).length));
}

test('two replicas together ask a registry as often as one may, and each gets its share', async (t) => {
  const { host, asked } = await countingRegistry(t);
  const target = await targetAt(host, 50);
  const [one, other] = [await replica(t, target), await replica(t, target)];

  await Promise.all(Array.from({ length: 70 }, () => [one('one'), other('other')]).flat());

  const [first, last] = [asked[0]?.at ?? 0, asked.at(-1)?.at ?? 0];
  assert.equal(asked.length, 140);
  // A second's worth went at once.
  assert.ok(last - first > 1_700, `${last - first} ms`);
  assert.ok(last - first < 4_000, `${last - first} ms`);
  assert.ok(busiestSecond(asked) <= 120, `${busiestSecond(asked)}`);
  const later = asked.slice(-80);
  assert.ok(busiestSecond(later) <= 70, `${busiestSecond(later)}`);
  const shares = ['/one', '/other'].map((name) => asked.slice(0, 100).filter(({ path }) => path === name).length);
  assert.ok(Math.min(...shares) > 25, `${shares}`);
});

test('a rest that one replica was asked for is kept by the other', async (t) => {
  const { host, asked } = await countingRegistry(t, (before) => (before === 0 ? '1' : undefined));
  const target = await targetAt(host, 1_000);
  const [one, other] = [await replica(t, target), await replica(t, target)];

  const refused = one('one');
  while (asked.length === 0) await new Promise((next) => setTimeout(next, 5));
  await new Promise((next) => setTimeout(next, 100));
  await Promise.all([other('other'), refused]);

  assert.equal(asked.length, 3);
  for (const { at } of asked.slice(1)) assert.ok(at - (asked[0]?.at ?? 0) > 950);
});

test('a long rest is not waited for, by no replica', async (t) => {
  const { host, asked } = await countingRegistry(t, () => '3600');
  const target = await targetAt(host, 1_000);
  const [one, other] = [await replica(t, target), await replica(t, target)];

  await assert.rejects(one('one'), /3600 s|hour|60 min|429/);
  for (const ask of [one, other]) await assert.rejects(ask('again'), { code: 'RATE_LIMITED', message: /left alone/ });

  assert.equal(asked.length, 1);
});

test('a fast registry costs a few statements a second, a slow one a statement a request', async () => {
  let statements = 0;
  const counted = context.store.withPlugin({
    transformQuery: ({ node }) => {
      statements += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  const paces = keepPaces({ store: counted, log: context.log });
  const fast = paces.of(await targetAt('fast.test', 1_000));
  for (let request = 0; request < 1_600; request += 1) await fast.turn();
  assert.ok(statements < 20, `${statements}`);

  statements = 0;
  const slow = paces.of(await targetAt('slow.test', 5));
  await Promise.all(Array.from({ length: 6 }, () => slow.turn()));
  assert.ok(statements <= 6, `${statements}`);
});

test('turns of a replica that is gone are lost, and the others go on', async () => {
  const target = await targetAt('shared.test', 20);
  const [gone, left] = [keepPaces(context).of(target), keepPaces(context).of(target)];
  const stop = new AbortController();
  const asked = Array.from({ length: 40 }, () => gone.turn(stop.signal).catch(() => 'stopped'));
  await asked[10];
  stop.abort();

  const began = performance.now();
  await Promise.all(Array.from({ length: 5 }, () => left.turn()));

  assert.ok(performance.now() - began < 2_000);
  assert.equal((await Promise.all(asked)).filter((end) => end === 'stopped').length > 5, true);
});

test('while the store does not answer, a replica keeps to the pace by itself', async () => {
  const gone = await openTestContext();
  const pace = gone.paces.of({ id: 1, requestsPerSecond: 20 });
  await gone.close();

  const began = performance.now();
  await Promise.all(Array.from({ length: 8 }, () => pace.turn()));

  const took = performance.now() - began;
  assert.ok(took > 300 && took < 2_000, `${took} ms`);
});
