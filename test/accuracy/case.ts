import type { PackageDraft } from '../../src/model/package.ts';
import type { Order } from './orders.ts';

/** What one record of a source says of one package, as a reader apart from the product's own took it from the raw file. */
export interface Statement {
  /** Id of the feed whose reading is to be proved. */
  readonly source: string;
  /** The record's own id, as a finding states it. */
  readonly record: string;
  /** Ids of which a finding must carry one. */
  readonly ids: readonly string[];
  /** The package, but for its version. */
  readonly subject: Subject;
  readonly affects: (version: string) => boolean;
  /** Versions worth asking for: the bounds, and what lies beside them. */
  readonly probes: readonly string[];
}

export type Subject = Pick<PackageDraft, 'type' | 'name'> & Partial<PackageDraft>;

export interface Interval {
  readonly from?: string | undefined;
  readonly after?: string | undefined;
  readonly below?: string | undefined;
  readonly to?: string | undefined;
}

/** A bound that is no version bounds nothing. */
export function isWithin(version: string, { from, after, below, to }: Interval, order: Order): boolean {
  const compare = (bound: string | undefined, holds: (sign: number) => boolean) => {
    const sign = bound === undefined ? undefined : order(version, bound);
    return sign === undefined || holds(sign);
  };
  return (
    order(version, version) === 0 &&
    compare(from, (sign) => sign >= 0) &&
    compare(after, (sign) => sign > 0) &&
    compare(below, (sign) => sign < 0) &&
    compare(to, (sign) => sign <= 0)
  );
}
