import { AppError, messageOf } from '../../lib/errors.ts';
import { backOffMs, sleep } from '../../lib/retry.ts';
import type { LayerBlob } from '../image.ts';
import type { Descriptor } from '../manifest.ts';
import type { RegistryClient } from './client.ts';
import { clean } from './failure.ts';

export interface StreamOptions {
  readonly retries: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Each stretch of this length earns another resumption: long layers over poor lines arrive, a dripping server gives up. */
const bytesPerResumption = 16 * 1024 * 1024;

/** A layer's bytes as they come, taken up where they broke off. Never more of them than the manifest states. */
export function streamBlob(client: RegistryClient, layer: Descriptor, options: StreamOptions): LayerBlob {
  return { kind: 'stream', size: layer.size, open: () => read(client, layer, options) };
}

async function* read(client: RegistryClient, layer: Descriptor, options: StreamOptions): AsyncGenerator<Buffer> {
  const { digest, size } = layer;
  let offset = 0;
  for (let breaks = 0; offset < size; breaks++) {
    if (breaks > 0) await sleep(backOffMs(Math.min(breaks - 1, 5)), options.signal);
    const response = await client.openBlob(digest, offset, layer.urls ?? []);
    // A registry that knows no ranges starts over; what was had already is passed over.
    let surplus = response.status === 206 ? 0 : offset;
    let cause: unknown;
    try {
      if (response.status === 206) checkRange(response.header('content-range'), offset, digest);
      for await (const chunk of response.body) {
        const part = chunk.subarray(Math.min(surplus, chunk.length));
        surplus -= chunk.length - part.length;
        if (part.length > size - offset) throw tooLong(digest, size, response.url);
        offset += part.length;
        if (part.length > 0) yield part;
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof AppError) throw error;
      cause = error;
    } finally {
      response.discard();
    }
    if (offset < size && breaks >= options.retries + Math.floor(offset / bytesPerResumption)) {
      throw brokenOff(layer, offset, response.url, cause, options.timeoutMs);
    }
  }
}

function checkRange(contentRange: string | undefined, offset: number, digest: string): void {
  if (contentRange !== undefined && new RegExp(`^bytes ${offset}-`, 'i').test(contentRange)) return;
  throw new AppError(
    'REGISTRY_FAILED',
    `The registry sent another part of the layer ${digest} than was asked for (bytes from ${offset}, got "${clean(contentRange ?? '')}").`,
  );
}

function tooLong(digest: string, size: number, url: URL): AppError {
  const message = `${url.host} sends more of the layer ${digest} than the ${size} bytes its manifest states. Push the image again.`;
  return new AppError('REGISTRY_FAILED', message);
}

function brokenOff(layer: Descriptor, offset: number, url: URL, cause: unknown, timeoutMs: number): AppError {
  const timedOut = (cause as { readonly code?: unknown } | undefined)?.code === 'ETIMEDOUT';
  const how = timedOut
    ? `sent too little in ${timeoutMs / 1000} s`
    : `broke off${cause === undefined ? '' : ` (${clean(messageOf(cause))})`}`;
  return new AppError(
    timedOut ? 'REGISTRY_TIMEOUT' : 'REGISTRY_FAILED',
    `${url.host} ${how} at byte ${offset} of the ${layer.size} of the layer ${layer.digest}, again and again. Try again, or check the network.`,
    { cause },
  );
}
