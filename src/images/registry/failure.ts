import * as z from 'zod/mini';
import { AppError, messageOf } from '../../lib/errors.ts';
import { type HttpResponse, readBody } from '../../lib/http.ts';

/** A failed exchange, and whether another try may end better. */
export interface Failure {
  readonly error: AppError;
  readonly again: boolean;
  readonly timedOut?: boolean;
}

/** What a failed connection means. `what` is the thing asked for: "the manifest of alpine:3". */
export function connectionFailure(cause: unknown, url: URL, what: string, timeoutMs: number): Failure {
  if (cause instanceof AppError) return { error: cause, again: false };
  const code = codeOf(cause);
  const host = url.host;
  const reason = clean(messageOf(cause));
  const failed = (message: string, again: boolean) => ({
    error: new AppError('REGISTRY_FAILED', `Could not get ${what}: ${message}`, { cause }),
    again,
  });
  if (code === 'ETIMEDOUT' || /^UND_ERR_\w+_TIMEOUT$/.test(code)) {
    const message = `Could not get ${what}: ${host} did not answer within ${timeoutMs / 1000} s. Check that it is up and that network and proxy settings lead to it.`;
    return { error: new AppError('REGISTRY_TIMEOUT', message, { cause }), again: true, timedOut: true };
  }
  if (code === 'ENOTFOUND')
    return failed(`there is no host ${host}. Check the name, and that it can be resolved here.`, false);
  if (code === 'ECONNREFUSED')
    return failed(
      `nothing accepts connections${reason && ` (${reason})`}. Check that ${host}, and any proxy before it, is up.`,
      true,
    );
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return failed(`${host} does not speak TLS. If it serves plain HTTP on purpose, add --plain-http.`, false);
  }
  if (/CERT|SELF_SIGNED|^UNABLE_TO_/.test(code)) {
    return failed(
      `the certificate of ${host} is not trusted (${code}). If your own authority signed it, name the authority's certificate with --ca-file.`,
      false,
    );
  }
  if (code.startsWith('HPE_') || (cause instanceof Error && cause.name === 'HTTPParserError')) {
    return failed(`${host} did not answer with HTTP. If it expects TLS, leave --plain-http out.`, false);
  }
  if (code === 'UND_ERR_ABORTED' || code.startsWith('UND_ERR_PRX') || code.startsWith('UND_ERR_PROXY')) {
    return failed(`the proxy gave no way to ${host} (${reason}). Check HTTPS_PROXY and NO_PROXY.`, false);
  }
  if (code === 'ERR_INVALID_URL') return failed('the address of the proxy is none. Check HTTPS_PROXY.', false);
  return failed(`the connection to ${host} broke (${reason}). Try again, or check the network.`, true);
}

/** What a status that may pass by itself means. */
export function transientFailure(
  status: number,
  detail: string,
  url: URL,
  what: string,
  afterMs: number | undefined,
): AppError {
  if (status !== 429) {
    const message = `Could not get ${what}: ${url.host} is in trouble (${status}${detail && `: ${detail}`}). Try again later.`;
    return new AppError('REGISTRY_FAILED', message);
  }
  const wait = afterMs === undefined ? 'later' : `in ${Math.ceil(afterMs / 1000)} s`;
  return new AppError(
    'REGISTRY_FAILED',
    `Could not get ${what}: ${url.host} limits how much may be pulled (429${detail && `: ${detail}`}). Try again ${wait}, or sign in for a higher limit.`,
  );
}

export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status === 500 || (status >= 502 && status <= 504);
}

const errorShape = z.object({
  errors: z.array(z.object({ code: z.optional(z.string()), message: z.optional(z.string()) })).check(z.minLength(1)),
});

const maxErrorBytes = 64 * 1024;

/**
 * What a registry or token server says about its refusal, safe to print; empty when it says nothing readable.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#error-codes
 */
export async function refusalOf(response: HttpResponse, timeoutMs: number): Promise<string> {
  try {
    const body = (await readBody(response, maxErrorBytes, timeoutMs))?.toString('utf8') ?? '';
    if (!/json/.test(response.header('content-type') ?? '') && !body.startsWith('{')) {
      return /^[^<]{1,120}$/s.test(body) ? clean(body) : '';
    }
    const value: unknown = JSON.parse(body);
    const [first] = errorShape.safeParse(value).data?.errors ?? [];
    return clean([first?.code, first?.message].filter(Boolean).join(', '));
  } catch {
    // The status alone has to do; why its explanation is unreadable helps nobody.
    return '';
  }
}

/** Text from outside, for a message: one line, no control characters, not long. */
export function clean(text: string): string {
  const line = text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
