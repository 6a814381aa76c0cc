import type { AddressGuard } from '../../lib/address-guard.ts';
import { AppError } from '../../lib/errors.ts';
import { createHttpClient, type HttpClient, type HttpRequest, type HttpResponse, readBody } from '../../lib/http.ts';
import { type Outcome, parseRetryAfter, retrying } from '../../lib/retry.ts';
import type { RegistryOptions } from '../image-source.ts';
import { connectionFailure, isTransient, refusalOf, transientFailure } from './failure.ts';
import type { Pace } from './pace.ts';

export interface Errand {
  readonly url: URL;
  /** The thing asked for, as messages name it: "the manifest of alpine:3". */
  readonly what: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Goes to the host of `url` and to no other. */
  readonly authorization?: string | undefined;
  /** Makes it a POST. */
  readonly form?: URLSearchParams;
  /** Makes it a POST, too: a JSON document. */
  readonly json?: string;
  /** Asks for the head of the answer alone. */
  readonly headOnly?: boolean;
}

/** HTTP as registries need it: repeats what may pass, follows redirects without carrying secrets along, bounds every body. */
export interface Transport {
  /** An answer that no repetition would change, its body unread. */
  readonly open: (errand: Errand) => Promise<HttpResponse>;
  /** The same with a short body, read within the repetition; the body is empty for statuses other than 200. */
  readonly fetch: (errand: Errand, limitBytes: number) => Promise<FetchedResponse>;
  readonly close: () => Promise<void>;
}

export interface FetchedResponse extends HttpResponse {
  readonly content: Buffer;
}

export interface TransportOptions extends Pick<RegistryOptions, 'plainHttp' | 'timeoutMs' | 'retries'> {
  readonly certificateAuthorities?: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  /** Which addresses may be asked, redirected to and named as places of tokens; all by default. */
  readonly guard?: AddressGuard | undefined;
  /** Keeps to what the registry bears; no limit by default. */
  readonly pace?: Pace | undefined;
}

const maxRedirects = 5;

export async function createTransport(options: TransportOptions): Promise<Transport> {
  const { timeoutMs, certificateAuthorities, signal } = options;
  const http = await createHttpClient({
    timeoutMs,
    proxyVariables: options.environment,
    guard: options.guard,
    ...(certificateAuthorities !== undefined && { certificateAuthorities }),
  });

  const perform = <T>(errand: Errand, consume: (response: HttpResponse) => Promise<T>): Promise<T> => {
    let timeouts = 0;
    return retrying(async (): Promise<Outcome<T>> => {
      try {
        const response = await follow(http, errand, options);
        if (!isTransient(response.status)) return { done: true, value: await consume(response) };
        const afterMs = parseRetryAfter(response.header('retry-after'));
        if (afterMs !== undefined) options.pace?.rest(afterMs);
        const detail = await refusalOf(response, timeoutMs);
        const error = transientFailure(response.status, detail, response.url, errand.what, afterMs);
        return { done: false, error, again: true, afterMs };
      } catch (cause) {
        signal?.throwIfAborted();
        const { error, again, timedOut } = connectionFailure(cause, errand.url, errand.what, timeoutMs);
        // Who was silent for the whole time once gets a second chance, not as many as one that refuses at once.
        if (timedOut) timeouts++;
        return { done: false, error, again: again && timeouts < 2 };
      }
    }, options);
  };

  return {
    open: (errand) => perform(errand, async (response) => response),
    fetch: (errand, limitBytes) =>
      perform(errand, async (response) => {
        if (response.status !== 200) return { ...response, content: Buffer.alloc(0) };
        const content = await readBody(response, limitBytes, timeoutMs);
        if (content) return { ...response, content };
        const message = `${errand.url.host} sent more than ${limitBytes} bytes for ${errand.what}, which is too much to be true.`;
        throw new AppError('LIMIT_EXCEEDED', message);
      }),
    close: http.close,
  };
}

async function follow(http: HttpClient, errand: Errand, options: TransportOptions): Promise<HttpResponse> {
  let { url, authorization } = errand;
  for (let hops = 0; hops <= maxRedirects; hops++) {
    await options.pace?.turn(options.signal);
    const response = await http.send(requestFor(errand, url, authorization, options.signal));
    const location = response.header('location');
    if (
      errand.form ||
      errand.json !== undefined ||
      location === undefined ||
      ![301, 302, 303, 307, 308].includes(response.status)
    )
      return response;
    response.discard();
    const next = redirectTarget(location, url, errand.what, options.plainHttp);
    if (next.origin !== url.origin) authorization = undefined;
    url = next;
  }
  throw new AppError('REGISTRY_FAILED', `Could not get ${errand.what}: ${errand.url.host} redirects in circles.`);
}

function requestFor(
  errand: Errand,
  url: URL,
  authorization: string | undefined,
  signal: AbortSignal | undefined,
): HttpRequest {
  const headers = { ...errand.headers, ...(authorization !== undefined && { authorization }) };
  const body = errand.form?.toString() ?? errand.json;
  if (body === undefined) return { url, headers, signal, method: errand.headOnly ? 'HEAD' : 'GET' };
  const contentType = errand.form ? 'application/x-www-form-urlencoded' : 'application/json';
  return { url, signal, method: 'POST', headers: { ...headers, 'content-type': contentType }, body };
}

function redirectTarget(location: string, from: URL, what: string, plainHttp: boolean): URL {
  const target = URL.parse(location, from.href);
  if (!target || !(target.protocol === 'https:' || (target.protocol === 'http:' && plainHttp))) {
    const kind = target ? `to an address of the kind ${target.protocol.slice(0, 20)}` : 'to no address';
    throw new AppError(
      'REGISTRY_FAILED',
      `Could not get ${what}: ${from.host} redirects ${kind}, and only HTTPS is followed.`,
    );
  }
  target.username = '';
  target.password = '';
  return target;
}
