import { createHash } from 'node:crypto';
import type { Layer, LayerBlob } from './image.ts';
import { compressionOf, headOf, openStored, readFileBlob } from './layer-bytes.ts';
import { meterOf, namingLayer, verifyDigest } from './layer-checks.ts';
import type { ReadLayerOptions } from './read-layer.ts';

/**
 * Verifies that a stored layer is the one whose content is known, without looking into it. Bytes that are stored as
 * they were once before (`knownStored`) need not even be inflated. Returns the digest of what is stored; throws
 * `AppError` as `readLayer` does, LIMIT_EXCEEDED included.
 */
export function verifyLayer(
  layer: Layer & { readonly blob: LayerBlob & { kind: 'file' } },
  knownStored: readonly string[],
  options: Omit<ReadLayerOptions, 'verified'>,
): Promise<string> {
  return namingLayer(layer, async () => {
    const isPlain = compressionOf(headOf(layer.blob)) === 'none';
    const stored = await hashStored(layer.blob, options);
    if (layer.blobDigest) verifyDigest(layer.blobDigest, stored, 'its stored bytes');
    if (isPlain) verifyDigest(layer.diffID, stored, 'its content');
    else if (!knownStored.includes(stored)) await verifyContent(layer, options);
    return stored;
  });
}

async function hashStored(
  blob: LayerBlob & { kind: 'file' },
  options: Omit<ReadLayerOptions, 'verified'>,
): Promise<string> {
  const hash = createHash('sha256');
  const meter = meterOf(options);
  await readFileBlob(blob, (chunk) => {
    meter(chunk.length);
    hash.update(chunk);
    return 0;
  });
  return `sha256:${hash.digest('hex')}`;
}

async function verifyContent(layer: Layer, options: Omit<ReadLayerOptions, 'verified'>): Promise<void> {
  const hash = createHash('sha256');
  const meter = meterOf(options);
  const { chunks } = await openStored(layer);
  for await (const chunk of chunks) {
    meter(chunk.length);
    hash.update(chunk);
  }
  verifyDigest(layer.diffID, `sha256:${hash.digest('hex')}`, 'its content');
}
