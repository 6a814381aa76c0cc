import { STATUS_CODES } from 'node:http';
import * as z from 'zod';
import { AppError, type ErrorCode } from '../../lib/errors.ts';
import { AlreadyThere } from '../already-there.ts';
import type { ProblemDetails } from '../contract/paging.ts';

/** The one place where a code becomes a status. */
export const statusOf: Readonly<Record<ErrorCode, number>> = {
  ADDRESS_REFUSED: 422,
  ARCHIVE_CORRUPT: 422,
  ARCHIVE_UNSUPPORTED: 422,
  AUTHENTICATION_FAILED: 502,
  CONFIG_INVALID: 500,
  CONFLICT: 409,
  DATABASE_INVALID: 422,
  DATABASE_MISSING: 503,
  DIGEST_MISMATCH: 422,
  DATA_DIRECTORY_BUSY: 503,
  FEED_INVALID: 422,
  FILE_INVALID: 422,
  FORBIDDEN: 403,
  IMAGE_INVALID: 422,
  IMAGE_NOT_FOUND: 404,
  INPUT_UNREADABLE: 422,
  INPUT_UNRECOGNISED: 422,
  KEY_REUSED: 422,
  LIMIT_EXCEEDED: 413,
  NOT_AN_IMAGE: 422,
  NOT_FOUND: 404,
  OUTPUT_UNWRITABLE: 500,
  PASSWORD_CHANGE_NEEDED: 403,
  PLATFORM_NOT_FOUND: 404,
  RATE_LIMITED: 429,
  REGISTRY_FAILED: 502,
  REGISTRY_TIMEOUT: 504,
  REQUEST_INVALID: 400,
  SBOM_INVALID: 422,
  SECRET_UNREADABLE: 500,
  SIGN_IN_NEEDED: 401,
  STORE_INVALID: 500,
  STORE_UNAVAILABLE: 503,
  UPLOAD_FAILED: 502,
  USAGE: 400,
};

/** What the client is told of an error (RFC 9457), never more than we meant to say: what is unforeseen stays in the log. */
export function problemOf(error: unknown, requestId: string): ProblemDetails {
  const known = recognised(error);
  const status = known.status ?? statusOf[known.code as ErrorCode] ?? 500;
  const errors = error instanceof AppError && error.cause instanceof z.ZodError ? fieldsOf(error.cause) : undefined;
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: known.detail,
    code: known.code,
    instance: requestId,
    ...(errors && { errors }),
    ...(error instanceof AlreadyThere && { existing: error.existing }),
  };
}

/** A problem that no error stands behind: an unknown path, a wrong method. */
export function plainProblem(status: number, code: string, detail: string, requestId: string): ProblemDetails {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code, instance: requestId };
}

interface Recognised {
  readonly code: string;
  readonly detail: string;
  readonly status?: number;
}

function recognised(error: unknown): Recognised {
  if (error instanceof AppError) return { code: error.code, detail: error.message };
  const { code, statusCode, message } = (error ?? {}) as { code?: unknown; statusCode?: unknown; message?: unknown };
  if (typeof code === 'string') {
    const framework = ofFramework(code, statusCode, message);
    if (framework) return framework;
    const store = ofStore(code);
    if (store) return store;
  }
  if (typeof message === 'string' && /timeout exceeded when trying to connect|Connection terminated/.test(message))
    return unavailable;
  return {
    code: 'INTERNAL',
    status: 500,
    detail: 'Something went wrong that was not foreseen. The log tells more under this request id.',
  };
}

const unavailable = { code: 'STORE_UNAVAILABLE', detail: 'The database cannot be reached now. Try again in a moment.' };

/** Fastify's own refusals of what it could not read. */
function ofFramework(code: string, status: unknown, message: unknown): Recognised | undefined {
  if (!code.startsWith('FST_') || typeof status !== 'number' || status < 400 || status > 499) return undefined;
  if (status === 413)
    return { code: 'LIMIT_EXCEEDED', status, detail: 'The body is larger than this operation takes.' };
  if (status === 415)
    return { code: 'REQUEST_INVALID', status, detail: 'The body must be JSON, with content-type application/json.' };
  return { code: 'REQUEST_INVALID', status, detail: typeof message === 'string' ? message : 'It cannot be read.' };
}

/** SQLSTATE classes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function ofStore(code: string): Recognised | undefined {
  if (/^(08|53|57P)/.test(code) || ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT'].includes(code))
    return unavailable;
  if (code === '40001' || code === '40P01')
    return { code: 'STORE_UNAVAILABLE', detail: 'It met another change of the same things. Try again.' };
  if (code === '23505') return { code: 'CONFLICT', detail: 'That exists already.' };
  if (['22P02', '22P05', '22003', '22007', '22008', '22021'].includes(code))
    return { code: 'REQUEST_INVALID', detail: 'A value has a form that cannot be looked for or kept.' };
  return undefined;
}

function fieldsOf(error: z.ZodError): { where: string; message: string }[] {
  return error.issues.slice(0, 50).flatMap((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 20) : [undefined];
    return keys.map((key) => ({
      where: [...issue.path, ...(key === undefined ? [] : [key])].map(String).join('.').slice(0, 300),
      message: key === undefined ? issue.message : 'There is no such field.',
    }));
  });
}
