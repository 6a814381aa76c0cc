import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPace } from './pace.ts';
import { registryFor, serverFor } from './testing/open-for-test.ts';
import { refuse } from './testing/strict-registry.ts';
import { createTransport } from './transport.ts';

test('requests are spread over a second, whatever many ask at once', async () => {
  const pace = createPace(50);
  const began = performance.now();
  await Promise.all(Array.from({ length: 65 }, () => pace.turn()));
  const took = performance.now() - began;
  assert.ok(took > 250 && took < 900, `${took} ms`);
});

test('less than a request a second is possible, and the first goes at once', async () => {
  const pace = createPace(0.1);
  const began = Date.now();
  await pace.turn();
  assert.ok(Date.now() - began < 100);
  await assert.rejects(pace.turn(AbortSignal.timeout(300)), { name: 'TimeoutError' });
});

test('a registry that wants a rest gets it from everybody; a long one is left to the next time, within a day', async () => {
  let now = 1_000_000;
  const pace = createPace(1_000, () => now);
  pace.rest(61_000);
  await assert.rejects(pace.turn(), { code: 'RATE_LIMITED', message: /left alone until 1970-01-01T00:17/ });
  now += 61_000;
  await pace.turn();
  pace.rest(365 * 86_400_000);
  now += 86_400_000;
  await pace.turn();
});

test('waiting for a turn ends with the signal', async () => {
  const pace = createPace(0.1);
  await pace.turn();
  await assert.rejects(pace.turn(AbortSignal.abort(new Error('stopped'))), /stopped/);
});

test('Retry-After holds for all requests to that registry, not only for the one that was refused', async (t) => {
  let refused = 0;
  const times: number[] = [];
  const host = await serverFor(t, (_request, response) => {
    times.push(Date.now());
    if (refused++ > 0) return response.end('{}');
    response.setHeader('retry-after', '1');
    return refuse(response, 429, 'TOOMANYREQUESTS', 'slow down');
  });
  const transport = await createTransport({
    ...{ plainHttp: true, timeoutMs: 5_000, retries: 2, environment: {}, pace: createPace(1_000) },
  });
  t.after(transport.close);
  const ask = (path: string) => transport.fetch({ url: new URL(`http://${host}${path}`), what: 'it' }, 100);
  const first = ask('/first');
  while (refused === 0) await new Promise((next) => setTimeout(next, 5));
  await new Promise((next) => setTimeout(next, 50));
  await Promise.all([first, ask('/second')]);
  assert.equal(times.length, 3);
  for (const time of times.slice(1)) assert.ok(time - (times[0] ?? 0) >= 950);
});

test('the transport refuses redirects and token realms that lead inside', async (t) => {
  const { createAddressGuard } = await import('../../lib/address-guard.ts');
  const inside = await registryFor(t);
  const outside = await serverFor(t, (request, response) => {
    response.writeHead(302, {
      location: request.path.includes('meta')
        ? 'http://169.254.169.254/latest'
        : `http://127.0.0.2:${inside.host.split(':')[1]}/v2/`,
    });
    response.end();
  });
  const guard = createAddressGuard(['127.0.0.1']);
  const transport = await createTransport({ plainHttp: true, timeoutMs: 5_000, retries: 3, environment: {}, guard });
  t.after(transport.close);
  for (const path of ['/meta', '/other'])
    await assert.rejects(transport.open({ url: new URL(`http://${outside}${path}`), what: 'a blob' }), {
      code: 'ADDRESS_REFUSED',
    });
  assert.deepEqual(inside.seen, []);
});
