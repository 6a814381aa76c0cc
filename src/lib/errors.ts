/** What went wrong, for machines. A code is never renamed or reused once released. */
export type ErrorCode =
  | 'ADDRESS_REFUSED'
  | 'ARCHIVE_CORRUPT'
  | 'ARCHIVE_UNSUPPORTED'
  | 'AUTHENTICATION_FAILED'
  | 'CONFIG_INVALID'
  | 'CONFLICT'
  | 'DATABASE_INVALID'
  | 'DATABASE_MISSING'
  | 'DIGEST_MISMATCH'
  | 'DATA_DIRECTORY_BUSY'
  | 'FEED_INVALID'
  | 'FILE_INVALID'
  | 'FORBIDDEN'
  | 'IMAGE_INVALID'
  | 'IMAGE_NOT_FOUND'
  | 'INPUT_UNREADABLE'
  | 'INPUT_UNRECOGNISED'
  | 'KEY_REUSED'
  | 'LIMIT_EXCEEDED'
  | 'NOT_AN_IMAGE'
  | 'NOT_FOUND'
  | 'OUTPUT_UNWRITABLE'
  | 'PASSWORD_CHANGE_NEEDED'
  | 'PLATFORM_NOT_FOUND'
  | 'RATE_LIMITED'
  | 'REGISTRY_FAILED'
  | 'REGISTRY_TIMEOUT'
  | 'REQUEST_INVALID'
  | 'SBOM_INVALID'
  | 'SECRET_UNREADABLE'
  | 'SIGN_IN_NEEDED'
  | 'STORE_INVALID'
  | 'STORE_UNAVAILABLE'
  | 'UPLOAD_FAILED'
  | 'USAGE';

/**
 * An error whose `code` is API, whose `message` is for people (what happened, to which thing, what to do next) and
 * whose `cause` is for logs. Thrown only where the caller cannot go on; what one bad file causes is a `Problem`.
 */
export class AppError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
