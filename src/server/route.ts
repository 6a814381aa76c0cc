import type * as z from 'zod';
import type { ServerContext } from './context.ts';
import type { Grant, Role } from './contract/access.ts';

/** Who asks, once signed in. */
export interface Caller {
  /** Login of the account. */
  readonly who: string;
  readonly account: string;
  readonly by: 'session' | 'token';
  readonly grants: readonly Grant[];
  /** What the caller chose to see of it all; the grants are narrowed to it. */
  readonly within?: string;
  /** Address of the client. */
  readonly from: string;
  /** When the session or the token ends by itself. */
  readonly expires?: Date;
}

/**
 * Who may call a route. `public` is for everyone; `own-session` for every account, also while it has to choose a password
 * of its own, which keeps its sessions from all else; `signed-in` for every account; a role holds where `within` says:
 * `everywhere` needs a grant over all, `scoped` any grant of that role, and the handler shows and changes only what
 * the caller's grants cover (`visibleTo`).
 */
export type Access =
  | 'public'
  | 'own-session'
  | 'signed-in'
  | { readonly role: Role; readonly within: 'everywhere' | 'scoped' };

export interface RouteRequest<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Undefined on public routes only. */
  readonly caller: Caller | undefined;
  /** Address of the client. */
  readonly from: string;
  /** The body's bytes as they came, for signatures over them; empty without a body. */
  readonly raw: Uint8Array;
  /** Of the request, as in the log and in `x-request-id`. */
  readonly id: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly signal: AbortSignal;
}

/** An answer that is no JSON document: a file, an export, a stream of events. */
export interface Streamed {
  readonly contentType: string;
  readonly fileName?: string;
  readonly body: AsyncIterable<string | Uint8Array>;
}

export interface Answer<T> {
  readonly body: T;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** One operation of the API, as data: checked, documented and tested from these fields. */
export interface Route {
  /** `images.list`: also the operationId. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** Below `/api/v1`, with `{name}` for parameters. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  /** Counted per address and tighter than everything else. */
  readonly rate?: 'sign-in';
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  /**
   * It tells of many things and takes `scope` in the query: then the caller that the handler gets has the grants within
   * that registry or repository only, so that nothing else needs to know of it.
   */
  readonly takesScope?: boolean;
  readonly body?: z.ZodType;
  /** Bytes at most of the request's body; 1 MiB when not said. */
  readonly bodyBytes?: number;
  /** Shape of the answer; absent for 204 and for streams. */
  readonly answer?: z.ZodType;
  /** Content types of a streamed answer. */
  readonly streams?: readonly string[];
  /** Status when all went well; 200 when not said. */
  readonly status?: 200 | 201 | 202 | 204 | 302;
  /** Statuses of refusals beyond those that follow from what it takes: 502 and 504 where it asks other servers. */
  readonly errors?: readonly number[];
  /** Written to the trail: the action's name, when it changes the installation. */
  readonly trail?: string;
  readonly handle: (request: RouteRequest<never, never, never>, context: ServerContext) => Promise<unknown>;
}

interface TypedRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>
  extends Omit<Route, 'handle' | 'params' | 'query' | 'body' | 'answer'> {
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer?: A;
  readonly handle: (
    request: RouteRequest<z.output<P>, z.output<Q>, z.output<B>>,
    context: ServerContext,
  ) => Promise<z.input<A> | Answer<z.input<A>> | Streamed>;
}

/** Gives the handler the types of its schemas, and the list one uniform shape. */
export function route<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodVoid,
>(definition: TypedRoute<P, Q, B, A>): Route {
  return definition as Route;
}
