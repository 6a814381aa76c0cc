import { AppError, messageOf } from '../lib/errors.ts';

/**
 * What an error of the database means for whoever asked, told apart by SQLSTATE
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html): STORE_UNAVAILABLE where the same request may succeed
 * later, everything else as it is. `trouble` tells what is known of the cause.
 */
export function storeError(error: unknown, trouble?: () => string | undefined): unknown {
  if (error instanceof AppError || !isUnavailable(error)) return error;
  const message = `The database does not answer now: ${trouble?.() ?? reason(error)}. Try again shortly.`;
  return new AppError('STORE_UNAVAILABLE', message, { cause: error });
}

/** SQLSTATE of the server, or the code of the operating system. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Connections, operator intervention, resources, the server's own input and output. */
const unavailableStates = /^(08|57P|53|58)/;
/** 57P05 ends an idle session, which the pool mends by itself; 53400 is a setting. */
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** What the driver throws without a code. */
const driverMessages =
  /^(Connection terminated|timeout exceeded when trying to connect|Cannot use a pool after calling end|Client has encountered a connection error)/;

/** https://www.postgresql.org/docs/current/errcodes-appendix.html; a quota, or no room for more files, says so too. */
export const diskFull = '53100';

/** Whether the connection is over with it, though its end may not have been heard yet. */
export function endsConnection(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return networkCodes.has(code) || endingStates.test(code);
  return isUnavailable(error);
}

/** Connections, operator intervention, and what waited too long within a transaction. */
const endingStates = /^(08|57P|25P0[34])/;

function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return networkCodes.has(code) || (code.length === 5 && unavailableStates.test(code));
  return error instanceof Error && driverMessages.test(error.message);
}

function reason(error: unknown): string {
  switch (codeOf(error)) {
    case diskFull:
      return 'its disk is full';
    case '53300':
      return 'it has no free connection';
    case '57P03':
      return 'it is starting';
    case 'ECONNREFUSED':
    case 'ENOENT':
      return 'it is not running';
    default:
      return messageOf(error).replace(/\.$/, '');
  }
}
