import { isIP } from 'node:net';
import type { Dispatcher } from 'undici';
import { type AddressGuard, assertLeadsOut, guardedLookup } from './address-guard.ts';
import { type ProxyVariables, proxyFor } from './proxy.ts';

export interface HttpOptions {
  /** Talk to this Unix socket, whatever host a URL names. */
  readonly socketPath?: string;
  /** PEM certificates to trust beside those of the system. */
  readonly certificateAuthorities?: string;
  /** Where `HTTPS_PROXY` and its kin are read; none by default. */
  readonly proxyVariables?: ProxyVariables;
  /** Which addresses may be connected to; all by default. */
  readonly guard?: AddressGuard | undefined;
  /** For connecting, for the answer's head, and for each 64 KiB of its body. */
  readonly timeoutMs: number;
}

export interface HttpRequest {
  readonly url: URL;
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

/** An answer of any status. Its body must be read or discarded. */
export interface HttpResponse {
  readonly url: URL;
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** Fails with code `ETIMEDOUT` when the other side stalls. Time spent by the consumer does not count. */
  readonly body: AsyncIterable<Buffer>;
  readonly discard: () => void;
}

export interface HttpClient {
  /** Follows no redirect and repeats nothing. Fails with code `ETIMEDOUT` when no answer comes in time. */
  readonly send: (request: HttpRequest) => Promise<HttpResponse>;
  readonly close: () => Promise<void>;
}

/** Bytes that must come within the time allowed, lest a server that drips a byte a second is waited for all day. */
const progressBytes = 64 * 1024;

export async function createHttpClient(options: HttpOptions): Promise<HttpClient> {
  const undici = await import('undici');
  const dispatchers = new Map<string, Promise<Dispatcher>>();

  const { guard } = options;
  const guarded = guard && { lookup: guardedLookup(guard) };
  const create = async (proxy: string, secure: boolean): Promise<Dispatcher> => {
    const connect = {
      timeout: options.timeoutMs,
      allowH2: false,
      ...(secure && (await trust(options.certificateAuthorities))),
      ...(options.socketPath !== undefined && { socketPath: options.socketPath }),
    };
    // The time limits of this file are exact and know who is waiting for whom; the library's would only interfere.
    const limits = { headersTimeout: 0, bodyTimeout: 0, allowH2: false };
    return proxy === ''
      ? new undici.Agent({ connect: undici.buildConnector({ ...connect, ...guarded }), ...limits })
      : new undici.ProxyAgent({ uri: proxy, requestTls: connect, proxyTls: connect, ...limits });
  };
  const dispatcherFor = (url: URL): Promise<Dispatcher> => {
    const proxy = proxyFor(url, options.proxyVariables ?? {}) ?? '';
    const secure = url.protocol === 'https:' || proxy.startsWith('https:');
    const key = `${secure} ${proxy}`;
    const dispatcher = dispatchers.get(key) ?? create(proxy, secure);
    dispatchers.set(key, dispatcher);
    return dispatcher;
  };

  return {
    send: async (request) => {
      if (guard) await assertReachable(request.url, guard, options.proxyVariables ?? {});
      const dispatcher = await dispatcherFor(request.url);
      const stop = new AbortController();
      const signal = request.signal ? AbortSignal.any([request.signal, stop.signal]) : stop.signal;
      const timer = setTimeout(() => stop.abort(timeout(options.timeoutMs)), options.timeoutMs);
      try {
        const answer = await undici.request(request.url, {
          dispatcher,
          signal,
          method: request.method ?? 'GET',
          headers: { 'user-agent': 'breakwater', 'accept-encoding': 'identity', ...request.headers },
          ...(request.body === undefined ? {} : { body: request.body }),
        });
        return responseOf(request.url, answer, options.timeoutMs);
      } finally {
        clearTimeout(timer);
      }
    },
    close: async () => {
      await Promise.allSettled([...dispatchers.values()].map(async (dispatcher) => (await dispatcher).destroy()));
    },
  };
}

/**
 * An address written as a number is connected to without a look-up. What a proxy connects to is the proxy's choice;
 * a name that this machine can resolve is still not handed to it when it leads where we must not go.
 */
async function assertReachable(url: URL, guard: AddressGuard, proxyVariables: ProxyVariables): Promise<void> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host)) guard.assertAllowed(host, host);
  else if (proxyFor(url, proxyVariables)) await assertLeadsOut(guard, host);
}

/** The whole body; undefined when it is longer than the limit. Fails with code `ETIMEDOUT` after `timeoutMs`. */
export async function readBody(
  response: HttpResponse,
  limitBytes: number,
  timeoutMs: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  const end = performance.now() + timeoutMs;
  let size = Number(response.header('content-length') ?? 0) > limitBytes ? limitBytes + 1 : 0;
  if (size === 0) {
    for await (const chunk of response.body) {
      size += chunk.length;
      if (size > limitBytes) break;
      if (performance.now() > end) throw timeout(timeoutMs);
      chunks.push(chunk);
    }
  }
  response.discard();
  return size > limitBytes ? undefined : Buffer.concat(chunks);
}

function responseOf(url: URL, answer: Dispatcher.ResponseData, timeoutMs: number): HttpResponse {
  // A body that is dropped half-read ends in an error that nobody waits for.
  answer.body.on('error', () => {});
  return {
    url,
    status: answer.statusCode,
    header: (name) => {
      const value = answer.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    body: watched(answer.body, timeoutMs),
    discard: () => {
      answer.body.destroy();
    },
  };
}

async function* watched(body: Dispatcher.ResponseData['body'], timeoutMs: number): AsyncGenerator<Buffer> {
  const chunks = body[Symbol.asyncIterator]();
  let waitedMs = 0;
  let received = 0;
  try {
    for (;;) {
      const start = performance.now();
      const timer = setTimeout(() => body.destroy(timeout(timeoutMs)), Math.max(0, timeoutMs - waitedMs));
      const next = await chunks.next().finally(() => clearTimeout(timer));
      if (next.done) return;
      waitedMs += performance.now() - start;
      received += next.value.length;
      if (received >= progressBytes) {
        waitedMs = 0;
        received = 0;
      }
      yield next.value;
    }
  } finally {
    body.destroy();
  }
}

function timeout(timeoutMs: number): Error {
  return Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
}

/**
 * Certificates of the system, as other container tools use, with those of `NODE_EXTRA_CA_CERTS` and the ones given;
 * made once, because reading hundreds of certificates anew costs more than a connection.
 */
async function trust(given: string | undefined) {
  const tls = await import('node:tls');
  const system = tls.getCACertificates('system');
  const base = system.length > 0 ? [...system, ...tls.getCACertificates('extra')] : tls.getCACertificates('default');
  return { secureContext: tls.createSecureContext({ ca: given === undefined ? base : [...base, given] }) };
}
