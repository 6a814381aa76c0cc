/**
 * A closer look at a value of unknown shape, as JSON, YAML, TOML or XML from outside gives it: each function answers
 * with the shape asked for or with nothing, and never throws.
 */

export type UntypedRecord = Readonly<Record<string, unknown>>;

const nothing: UntypedRecord = Object.freeze(Object.create(null));

/** The value as an object with keys; an empty one for anything else. */
export function asRecord(value: unknown): UntypedRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as UntypedRecord) : nothing;
}

/** The value as a list; an empty one for anything else. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as a list, where a single element may stand for itself. */
export function asOneOrMore(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null || value === '' ? [] : [value];
}

/** The value when it is text that is not empty. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Own members only: a key like `constructor` finds nothing unless the document has it. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return Object.entries(asRecord(value));
}

/** The member that the document itself has under this key. */
export function memberOf(value: unknown, key: string): unknown {
  const record = asRecord(value);
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
