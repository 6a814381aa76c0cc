import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';

/** What stands behind `?` of the page's address: each name with its values. */
export type AddressValues = Readonly<Record<string, readonly string[]>>;

export interface AddressFilter {
  readonly values: AddressValues;
  /** The first value of a name. */
  readonly one: (name: string) => string | undefined;
  /** Undefined or an empty list takes the name away. */
  readonly set: (changes: Readonly<Record<string, string | readonly string[] | undefined>>) => void;
}

/** Every filter lives in the address, so that a view can be sent to a colleague. */
export function useAddressFilter(): AddressFilter {
  const values = useSearch({ strict: false }) as AddressValues;
  const navigate = useNavigate();
  const set = useCallback<AddressFilter['set']>(
    (changes) => {
      void navigate({
        to: '.',
        replace: true,
        resetScroll: false,
        search: ((before: AddressValues) => {
          const after: Record<string, readonly string[]> = { ...before };
          for (const [name, value] of Object.entries(changes)) {
            const list = value === undefined ? [] : typeof value === 'string' ? [value] : value;
            if (list.length === 0) delete after[name];
            else after[name] = list;
          }
          return after;
        }) as never,
      });
    },
    [navigate],
  );
  return useMemo(() => ({ values, one: (name) => values[name]?.[0], set }), [values, set]);
}

/** `?severity=high&severity=low`, plain enough to write by hand. */
export function parseAddress(text: string): AddressValues {
  const values: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const list = values[name] ?? [];
    list.push(value);
    values[name] = list;
  }
  return values;
}

export function stringifyAddress(values: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, list] of Object.entries(values)) {
    for (const value of Array.isArray(list) ? list : [list])
      if (value !== undefined) parameters.append(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** The named filters, as the API takes them. */
export function pickQuery(address: AddressFilter, names: readonly string[]): Record<string, readonly string[]> {
  const query: Record<string, readonly string[]> = {};
  for (const name of names) {
    const list = address.values[name];
    if (list) query[name] = list;
  }
  return query;
}
