import type { ProblemDetails } from '../../../src/server/contract/paging.ts';

/** Why a request failed: `code` for decisions, `message` for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  /** Id of the request, as in the server's log. */
  readonly requestId: string | undefined;
  readonly fields: readonly { readonly where: string; readonly message: string }[];
  /** Id of what is there already, when that was the reason. */
  readonly existing: string | undefined;

  constructor(status: number, problem: Partial<ProblemDetails>) {
    super(problem.detail ?? problem.title ?? `The server answered with status ${status}.`);
    this.status = status;
    this.code = problem.code ?? (status === 0 ? 'UNREACHABLE' : 'UNKNOWN');
    this.requestId = problem.instance;
    this.fields = problem.errors ?? [];
    this.existing = problem.existing;
  }
}

/** The server is away or starts anew, which passes by itself; anything else it meant. */
export const isPassing = (error: Error) => error instanceof ApiError && (error.status === 0 || error.status >= 502);

type QueryValue = string | number | boolean | readonly string[] | undefined | null;
/** A `z.infer`red query of the contract: fields that are undefined or empty are left out of the address. */
export type Query = { readonly [name: string]: QueryValue };

export interface Api {
  readonly get: <T>(path: string, query?: object, signal?: AbortSignal) => Promise<T>;
  readonly send: <T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown) => Promise<T>;
}

export const apiBase = '/api/v1';

/** `csrfToken` is asked anew for each change, since it goes with the session. */
export function createApi(csrfToken: () => string | undefined): Api {
  const request = async <T>(path: string, init: RequestInit): Promise<T> => {
    const response = await fetch(`${apiBase}${path}`, { credentials: 'same-origin', ...init }).catch((cause) => {
      if (init.signal?.aborted) throw cause;
      throw new ApiError(0, { detail: 'The server does not answer. Check that it runs and that you can reach it.' });
    });
    if (!response.ok) throw new ApiError(response.status, await readProblem(response));
    if (response.status === 204) return undefined as T;
    return (await response.json()) as T;
  };
  return {
    get: (path, query, signal) => request(`${path}${queryText(query)}`, signal ? { signal } : {}),
    send: (method, path, body) =>
      request(path, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(csrfToken() ? { 'x-csrf-token': csrfToken() ?? '' } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

/** `?a=x&a=y`, or nothing; keys in order, so that the same question has the same address. */
export function queryText(query: object = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query as Query).sort(([a], [b]) => a.localeCompare(b))) {
    if (value === undefined || value === null || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

async function readProblem(response: Response): Promise<Partial<ProblemDetails>> {
  if (!response.headers.get('content-type')?.includes('json')) return {};
  return response.json().catch(() => ({}));
}
