import { type RawBuilder, sql } from 'kysely';

/** EPSS gives five decimals. */
const scale = 100_000;

/**
 * The least score that is at least so much, as the column has it. What people type may be smaller than any number that
 * PostgreSQL's type can hold, which it would refuse.
 */
export function epssBound(atLeast: number): RawBuilder<number> {
  const steps = atLeast === 0 ? 0 : Math.max(1, Math.ceil(atLeast * scale - 1e-6));
  return sql<number>`${steps / scale}::real`;
}
