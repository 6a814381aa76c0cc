/** Authenticated encryption with the installation's key, which lies outside the database. */
export interface Seal {
  /** `context` names what it is for (`registry/prod/secrets`): sealed text moved elsewhere does not open. */
  readonly seal: (plain: string, context: string) => Buffer;
  /** Throws SECRET_UNREADABLE when the key or the context is another one, or a byte was changed. */
  readonly open: (sealed: Uint8Array, context: string) => string;
}
