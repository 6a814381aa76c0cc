import type { Logger } from 'pino';

/** Where the store tells what happens to it. */
export type StoreLog = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export const silentLog: StoreLog = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}
