import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { directoryFor } from '../../test/support/images.ts';
import { sha256, tarOf } from '../../test/support/tar.ts';
import type { Layer, LayerBlob } from './image.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { verifyLayer } from './verify-layer.ts';

const tar = tarOf([{ path: 'file', content: 'x'.repeat(100_000) }]);

type FileLayer = Layer & { readonly blob: LayerBlob & { kind: 'file' } };

function layerOf(t: TestContext, stored: Buffer, more: Partial<Layer> = {}): FileLayer {
  const path = join(directoryFor(t, { layer: Buffer.concat([Buffer.from('before'), stored]) }), 'layer');
  return { diffID: sha256(tar), ...more, blob: { kind: 'file', path, offset: 6, size: stored.length } };
}

async function verify(layer: FileLayer, known: readonly string[] = [], limits: Partial<Limits> = {}) {
  let bytes = 0;
  const all = { ...defaultLimits, ...limits };
  const onBytes = (more: number) => {
    bytes += more;
  };
  const digest = await verifyLayer(layer, known, { limits: all, deadline: Date.now() + all.imageMs, onBytes });
  return { digest, bytes };
}

test('a plain layer is hashed once', async (t) => {
  assert.deepEqual(await verify(layerOf(t, tar)), { digest: sha256(tar), bytes: tar.length });
});

test('a compressed layer whose stored bytes are known is not inflated, another is', async (t) => {
  const stored = gzipSync(tar);
  const layer = layerOf(t, stored);
  assert.deepEqual(await verify(layer, [sha256(stored)]), { digest: sha256(stored), bytes: stored.length });
  assert.deepEqual(await verify(layer), { digest: sha256(stored), bytes: stored.length + tar.length });
});

test('other content, other stored bytes and broken ones are refused, by name of the layer', async (t) => {
  const other = tarOf([{ path: 'other' }]);
  const message = new RegExp(sha256(tar));
  await assert.rejects(verify(layerOf(t, other)), { code: 'DIGEST_MISMATCH', message });
  await assert.rejects(verify(layerOf(t, gzipSync(other))), { code: 'DIGEST_MISMATCH', message });
  await assert.rejects(verify(layerOf(t, gzipSync(tar).subarray(0, 50))), { code: 'ARCHIVE_CORRUPT', message });
  const blobDigest = sha256('stated');
  await assert.rejects(verify(layerOf(t, gzipSync(tar), { blobDigest })), {
    code: 'DIGEST_MISMATCH',
    message: new RegExp(blobDigest),
  });
});

test('limits of bytes and time hold here too', async (t) => {
  for (const stored of [tar, gzipSync(tar)]) {
    await assert.rejects(verify(layerOf(t, stored), [], { layerBytes: 50_000 }), { code: 'LIMIT_EXCEEDED' });
    await assert.rejects(verify(layerOf(t, stored), [], { imageMs: -1 }), { code: 'LIMIT_EXCEEDED' });
  }
});
