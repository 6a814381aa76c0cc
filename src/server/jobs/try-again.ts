/** Thrown by a job that another try may help; the queue gives it out again after a while. */
export class TryAgain extends Error {
  override readonly name = 'TryAgain';
  /** Not before then; the queue chooses when not said. */
  readonly afterMs: number | undefined;

  constructor(message: string, afterMs?: number) {
    super(message);
    this.afterMs = afterMs;
  }
}

/** Troubles that pass by themselves: a network, a registry or a store that is busy or away. */
const passing: ReadonlySet<string> = new Set([
  'REGISTRY_FAILED',
  'REGISTRY_TIMEOUT',
  'RATE_LIMITED',
  'STORE_UNAVAILABLE',
]);

export function isPassing(code: string): boolean {
  return passing.has(code);
}
