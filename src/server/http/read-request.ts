import type { FastifyRequest } from 'fastify';
import * as z from 'zod';
import { AppError } from '../../lib/errors.ts';
import { scopeChoice } from '../contract/access.ts';
import type { Route } from '../route.ts';
import { strictly } from './strict.ts';

export interface ReadRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** What the caller chose to see, where a route takes that. */
  readonly scope: string | undefined;
}

/** Makes the reader of one route's requests: what does not fit its schemas is refused, field by field. */
export function requestReader(route: Route): (request: FastifyRequest) => ReadRequest {
  const params = strictly(route.params ?? z.object({}));
  const query = strictly(route.query ?? z.object({}));
  const body = route.body && strictly(route.body);
  return (request) => {
    const issues: z.core.$ZodIssue[] = [];
    const read = (part: string, schema: z.ZodType, value: unknown): unknown => {
      const strange = textNobodyKeeps(value);
      if (strange) issues.push({ code: 'custom', path: [part, ...strange], message: unkept, input: undefined });
      const result = schema.safeParse(value);
      if (!result.success)
        issues.push(...result.error.issues.map((issue) => ({ ...issue, path: [part, ...issue.path] })));
      return result.data;
    };
    const { scope, ...asked } = request.query as { readonly scope?: unknown };
    const chosen = route.takesScope && read('query', scopeChoice, { scope });
    const answer = {
      params: read('path', params, request.params),
      query: read('query', query, route.takesScope ? asked : request.query),
      body: body && read('body', body, request.body),
      scope: (chosen as z.infer<typeof scopeChoice> | undefined)?.scope,
    };
    if (issues.length > 0) throw new AppError('REQUEST_INVALID', sentenceOf(issues), { cause: new z.ZodError(issues) });
    return answer;
  };
}

const unkept = 'It holds a character that cannot be stored (U+0000 or half of a pair).';

function sentenceOf(issues: readonly z.core.$ZodIssue[]): string {
  const [first] = issues;
  const key = first?.code === 'unrecognized_keys' ? [first.keys[0]] : [];
  const where = [...(first?.path ?? []), ...key].map(String).join('.').slice(0, 300);
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return `The request does not fit: ${where}: ${first?.message ?? 'unknown'}${more}.`;
}

/** PostgreSQL keeps no U+0000 in text and no half of a surrogate pair in JSON; the path to the first string that has one. */
function textNobodyKeeps(value: unknown): readonly string[] | undefined {
  const waiting: { readonly value: unknown; readonly path: readonly string[] }[] = [{ value, path: [] }];
  for (let at = waiting.pop(); at; at = waiting.pop()) {
    if (typeof at.value === 'string') {
      if (at.value.includes('\0') || !at.value.isWellFormed()) return at.path;
    } else if (typeof at.value === 'object' && at.value !== null) {
      for (const [key, inner] of Object.entries(at.value)) {
        if (key.includes('\0') || !key.isWellFormed()) return at.path;
        if (typeof inner === 'string' || typeof inner === 'object')
          waiting.push({ value: inner, path: at.path.length < 10 ? [...at.path, key] : at.path });
      }
    }
  }
  return undefined;
}
