/** One step of the schema, forward only. Once released it is never changed: what it did wrong, a later one mends. */
export interface Migration {
  /** `0001-first`; the order of ids is the order of steps. */
  readonly id: string;
  /** Statements, run in one transaction. */
  readonly sql: string;
}
