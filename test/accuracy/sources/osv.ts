import type { Interval } from '../case.ts';
import type { Order } from '../orders.ts';

export interface OsvEvent {
  readonly introduced?: string;
  readonly fixed?: string;
  readonly last_affected?: string;
}

export interface OsvRange {
  readonly type: string;
  readonly events: readonly OsvEvent[];
}

/**
 * https://ossf.github.io/osv-schema/#evaluation, step by step: is the version affected by the ranges? The algorithm ends
 * at the first `last_affected`; records that name several mean that each of them is affected.
 */
export function isInRanges(version: string, ranges: readonly OsvRange[], order: Order): boolean {
  if (order(version, version) === undefined) return false;
  const ours = ranges.filter(({ type }) => type !== 'GIT');
  return ours.some(
    ({ events }) =>
      isInEvents(version, events, order) ||
      events.some(({ last_affected: last }) => last !== undefined && order(version, last) === 0),
  );
}

function isInEvents(version: string, events: readonly OsvEvent[], order: Order): boolean {
  let vulnerable = false;
  const sorted = [...events].sort((a, b) => compareBounds(boundOf(a), boundOf(b), order));
  for (const event of sorted) {
    if (event.introduced !== undefined && atLeast(version, event.introduced, order)) vulnerable = true;
    else if (event.fixed !== undefined && atLeast(version, event.fixed, order)) vulnerable = false;
    else if (event.last_affected !== undefined && (order(version, event.last_affected) ?? -1) > 0) vulnerable = false;
  }
  return vulnerable;
}

function atLeast(version: string, bound: string, order: Order): boolean {
  return bound === '0' || bound === '0.0.0-0' || (order(version, bound) ?? -1) >= 0;
}

export function boundOf({ introduced, fixed, last_affected }: OsvEvent): string {
  return introduced ?? fixed ?? last_affected ?? '';
}

function compareBounds(a: string, b: string, order: Order): number {
  if (a === b) return 0;
  if (a === '0' || b === '0') return a === '0' ? -1 : 1;
  return order(a, b) ?? 0;
}

/** Every bound but the beginning. */
export function boundsOf(ranges: readonly OsvRange[]): string[] {
  const bounds = ranges.flatMap(({ type, events }) => (type === 'GIT' ? [] : events.map(boundOf)));
  return bounds.filter((bound) => bound !== '0' && bound !== '');
}

/** The last number smaller by one, with room behind it: 1.2.0 → 1.1.9999. */
export function justBelow(version: string): string | undefined {
  const [, numbers = ''] = /^(\d+(?:\.\d+)*)/.exec(version.replace(/^v/, '')) ?? [];
  const parts = numbers.split('.');
  const at = parts.findLastIndex((part) => /[1-9]/.test(part));
  if (at < 0) return undefined;
  return parts.map((part, index) => (index < at ? part : index === at ? String(BigInt(part) - 1n) : '9999')).join('.');
}

/** The last number greater by one. */
export function justAbove(version: string): string | undefined {
  const [, numbers = ''] = /^(\d+(?:\.\d+)*)/.exec(version.replace(/^v/, '')) ?? [];
  return numbers === '' ? undefined : numbers.replace(/\d+$/, (last) => String(BigInt(last) + 1n));
}

export type { Interval };
