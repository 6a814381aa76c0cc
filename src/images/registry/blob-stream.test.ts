import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { open, readLayers, registryFor } from './testing/open-for-test.ts';
import { type Mischief, sendBlob } from './testing/strict-registry.ts';
import { makeImage } from './testing/test-image.ts';

const image = makeImage({ layers: [randomBytes(400_000)] });
const [layer] = image.layers;
assert.ok(layer);
const { content, digest } = layer;
const isLayer = ({ path }: { readonly path: string }) => path.endsWith(digest);

/** Opens the image of a registry that misbehaves for its layer. */
async function openFrom(t: Parameters<typeof open>[0], mischief: Mischief, changes: Parameters<typeof open>[2] = {}) {
  const server = await registryFor(t, {
    mischief: (request, response, count) => isLayer(request) && mischief(request, response, count),
  });
  server.push(image, 'latest');
  const opened = await open(t, `${server.host}/team/app`, { timeoutMs: 600, ...changes });
  return { opened, ranges: () => server.seen.filter(isLayer).map(({ headers }) => headers.range) };
}

/** Sends a part of what was asked for, then cuts the line. */
const cutAfter =
  (bytes: number): Mischief =>
  (request, response) => {
    const start = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
    const { length } = content;
    response.writeHead(start > 0 ? 206 : 200, {
      'content-length': length - start,
      ...(start > 0 && { 'content-range': `bytes ${start}-${length - 1}/${length}` }),
    });
    response.write(content.subarray(start, start + bytes), () => setTimeout(() => response.destroy(), 20));
    return true;
  };

test('a layer whose connection breaks is taken up where it broke', async (t) => {
  const { opened, ranges } = await openFrom(
    t,
    (request, response, count) => count < 3 && cutAfter(100_000)(request, response, count),
  );

  assert.deepEqual(await readLayers(opened), [digest]);
  assert.equal(ranges().length, 3);
  assert.equal(ranges()[0], undefined);
  assert.match(ranges()[1] ?? '', /^bytes=\d+-$/);
  const starts = ranges().map((range) => Number(/\d+/.exec(range ?? '0')?.[0]));
  assert.deepEqual(
    starts,
    starts.toSorted((a, b) => a - b),
    'no byte is asked for twice',
  );
});

test('a registry that knows no ranges is read from the start, and nothing comes twice', async (t) => {
  const { opened } = await openFrom(t, (request, response, count) => {
    if (count < 2) return cutAfter(150_000)(request, response, count);
    sendBlob({ ...request, headers: {} }, response, layer);
    return true;
  });

  assert.deepEqual(await readLayers(opened), [digest]);
});

test('a connection that breaks again and again ends in a message, after the tries that were allowed', async (t) => {
  const { opened, ranges } = await openFrom(t, cutAfter(1000), { retries: 3 });

  await assert.rejects(readLayers(opened), {
    code: 'REGISTRY_FAILED',
    message: /broke off .*at byte \d+ of the \d+ of the layer sha256:/,
  });
  assert.equal(ranges().length, 4);
});

test('a body that ends early is taken up too, whatever length it claimed', async (t) => {
  const { opened } = await openFrom(t, (_, response, count) => {
    if (count > 1) return false;
    response.writeHead(200);
    response.end(content.subarray(0, 1234));
    return true;
  });

  assert.deepEqual(await readLayers(opened), [digest]);
});

test('a layer that goes on beyond its stated size is cut off', async (t) => {
  let sent = 0;
  const { opened } = await openFrom(t, (_, response) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed && response.write(content)) sent += content.length;
      if (!response.destroyed) response.once('drain', more);
    };
    more();
    return true;
  });

  await assert.rejects(readLayers(opened), { code: 'REGISTRY_FAILED', message: /sends more of the layer/ });
  assert.ok(sent < 64 * 2 ** 20, `${sent} bytes`);
});

test('a layer that stalls or drips ends as a time-out', async (t) => {
  const stalls: Mischief = (_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 1000));
    return true;
  };
  const drips: Mischief = (_, response) => {
    response.writeHead(200, { 'content-length': content.length });
    const timer = setInterval(() => response.write('x'), 50);
    response.on('close', () => clearInterval(timer));
    return true;
  };

  for (const mischief of [stalls, drips]) {
    const { opened } = await openFrom(t, mischief, { retries: 1 });
    await assert.rejects(readLayers(opened), { code: 'REGISTRY_TIMEOUT', message: /sent too little in 0\.6 s/ });
  }
});

test('a reader that takes its time is not taken for a slow registry', async (t) => {
  const { opened } = await openFrom(t, () => false, { timeoutMs: 300, retries: 0 });
  const [slow] = opened.layers;
  assert.equal(slow?.blob.kind, 'stream');
  let size = 0;

  if (slow?.blob.kind === 'stream') {
    for await (const chunk of slow.blob.open()) {
      if (size === 0) await new Promise((resolve) => setTimeout(resolve, 700));
      size += chunk.length;
    }
  }

  assert.equal(size, content.length);
});

test('another part than the one asked for is refused', async (t) => {
  const { opened } = await openFrom(t, (request, response, count) => {
    if (count < 2) return cutAfter(100_000)(request, response, count);
    response.writeHead(206, { 'content-range': `bytes 5-${content.length - 1}/${content.length}` });
    response.end(content.subarray(5));
    return true;
  });

  await assert.rejects(readLayers(opened), { code: 'REGISTRY_FAILED', message: /another part/ });
});

test('reading stops when the scan is cancelled', async (t) => {
  const stop = new AbortController();
  const { opened } = await openFrom(t, cutAfter(1000), { signal: stop.signal, retries: 1000 });

  setTimeout(() => stop.abort(new Error('stopped by the user')), 300);

  await assert.rejects(readLayers(opened), /stopped by the user/);
});

test('an unread rest of a layer costs nothing', async (t) => {
  const { opened } = await openFrom(t, () => false);
  const [half] = opened.layers;
  if (half?.blob.kind === 'stream') for await (const _ of half.blob.open()) break;

  assert.deepEqual(await readLayers(opened), [digest]);
});
