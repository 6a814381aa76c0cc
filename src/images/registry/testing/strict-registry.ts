import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StoredBlob, TestImage } from './test-image.ts';

/** A request as it came, for tests to look at. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a test may do instead of the right answer; true when it did. */
export type Mischief = (request: SeenRequest, response: ServerResponse, count: number) => boolean;

export interface StrictRegistry {
  /** `127.0.0.1:12345`. */
  readonly host: string;
  readonly seen: readonly SeenRequest[];
  /** Stores an image in the repository `team/app`. */
  readonly push: (image: TestImage, tag?: string) => void;
  readonly store: (blob: StoredBlob, tag?: string) => void;
  readonly close: () => Promise<void>;
}

export interface StrictOptions {
  /** What `Authorization` must be; otherwise 401 with the challenge. */
  readonly authorization?: () => string;
  readonly challenge?: () => string;
  readonly mischief?: Mischief;
}

const repository = 'team/app';

/**
 * The pull side of the distribution protocol (https://github.com/opencontainers/distribution-spec) in memory, as particular
 * as the strictest registries are: manifests only for who accepts their media type, blobs only by digest, no bodies, no
 * wrong methods, no credentials where none were asked for.
 */
export async function startStrictRegistry(options: StrictOptions = {}): Promise<StrictRegistry> {
  const manifests = new Map<string, StoredBlob>();
  const blobs = new Map<string, StoredBlob>();
  const seen: SeenRequest[] = [];
  const store = (blob: StoredBlob, tag?: string) => {
    for (const name of [blob.digest, tag]) if (name !== undefined) manifests.set(name, blob);
  };

  const answer = (request: SeenRequest, response: ServerResponse) => {
    const count = seen.filter(({ path }) => path === request.path).length;
    if (options.mischief?.(request, response, count)) return;
    const { authorization = '' } = request.headers;
    const wanted = options.authorization?.() ?? '';
    if (authorization !== wanted) {
      if (wanted === '') return refuse(response, 400, 'UNSUPPORTED', 'credentials were not asked for');
      response.setHeader('www-authenticate', options.challenge?.() ?? 'Basic realm="test"');
      return refuse(response, 401, 'UNAUTHORIZED', 'authentication required');
    }
    if (request.method !== 'GET') return refuse(response, 405, 'UNSUPPORTED', 'the operation is unsupported');
    const [, name, kind, id = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(request.path) ?? [];
    if (name !== repository) return refuse(response, 404, 'NAME_UNKNOWN', 'repository name not known to registry');
    if (kind === 'manifests') return sendManifest(request, response, manifests.get(id));
    return sendBlob(request, response, blobs.get(id));
  };

  const server = await startServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  return {
    host: server.host,
    seen,
    store,
    push: (image, tag) => {
      for (const blob of [image.config, ...image.layers]) blobs.set(blob.digest, blob);
      store(image.manifest, tag);
    },
    close: server.close,
  };
}

/** A server that hands whole requests to a function, for token servers and storage hosts too. */
export async function startServer(
  handle: (request: SeenRequest, response: ServerResponse) => void,
): Promise<{ readonly host: string; readonly close: () => Promise<void> }> {
  const server = createServer(async (request, response) => {
    response.on('error', () => {});
    handle(await seenRequest(request), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, close: () => stop(server) };
}

export function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message, detail: null }] }));
}

function sendManifest({ headers }: SeenRequest, response: ServerResponse, manifest: StoredBlob | undefined): void {
  const accepted = (headers.accept ?? '').split(',').map((type) => type.trim());
  // Registries hand out schema 1 to whoever asks, and nothing else that was not asked for.
  if (!manifest || (!accepted.includes(manifest.mediaType) && !manifest.mediaType.includes('manifest.v1+prettyjws'))) {
    refuse(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    return;
  }
  response.writeHead(200, {
    'content-type': manifest.mediaType,
    'content-length': manifest.content.length,
    'docker-content-digest': manifest.digest,
  });
  response.end(manifest.content);
}

export function sendBlob({ headers }: SeenRequest, response: ServerResponse, blob: StoredBlob | undefined): void {
  if (!blob) {
    refuse(response, 404, 'BLOB_UNKNOWN', 'blob unknown to registry');
    return;
  }
  const [, from] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const { length } = blob.content;
  if (headers.range !== undefined && (from === undefined || start >= length)) {
    response.writeHead(416, { 'content-range': `bytes */${length}` });
    response.end();
    return;
  }
  response.writeHead(from === undefined ? 200 : 206, {
    'content-type': 'application/octet-stream',
    'content-length': length - start,
    ...(from !== undefined && { 'content-range': `bytes ${start}-${length - 1}/${length}` }),
  });
  response.end(blob.content.subarray(start));
}

async function seenRequest(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const { method = '', url = '' } = request;
  return { method, path: url, headers, body: Buffer.concat(chunks).toString() };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
