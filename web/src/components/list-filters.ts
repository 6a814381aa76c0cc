import { type AddressFilter, pickQuery, useAddressFilter } from '../address-filter.ts';
import type { TableSort } from './DataTable.tsx';
import type { Filter } from './FilterBar.tsx';

/** How a list is narrowed down and ordered. All of it stands in the address, under the names of the API. */
export interface ListFilters {
  /** What can be searched for: "Name, tag or digest". */
  readonly search?: string;
  readonly offered?: readonly Filter[];
  /** What other pages narrow the list by (`package`), shown while it is set. */
  readonly pinned?: readonly { readonly name: string; readonly title: string }[];
  /** The order before anybody chooses one. */
  readonly sort?: { readonly column: string; readonly direction: 'asc' | 'desc' };
}

/** The values of a filter with their titles, in this order. */
export const titled = (titles: Readonly<Record<string, string>>) =>
  Object.entries(titles).map(([value, title]) => ({ value, title }));

type Query = Readonly<Record<string, readonly string[]>>;

/** What the address asks of a list: exactly the filters that it declares, and its order. */
export function useListQuery(filters: ListFilters): { readonly filter: Query; readonly order: Query } {
  const address = useAddressFilter();
  return { filter: pickQuery(address, filterNames(filters)), order: pickQuery(address, ['sort', 'direction']) };
}

export const filterNames = ({ search, offered = [], pinned = [] }: ListFilters): readonly string[] => [
  ...(search ? ['q'] : []),
  ...[...offered, ...pinned].map(({ name }) => name),
];

/** The order that the address or else the list says; the same column again turns it round. */
export function sortOf(address: AddressFilter, fallback: ListFilters['sort']): TableSort {
  const column = address.one('sort') ?? fallback?.column;
  const direction = address.one('direction') === 'asc' ? 'asc' : address.one('direction') ? 'desc' : undefined;
  const current =
    direction ?? (column === fallback?.column ? fallback?.direction : undefined) ?? naturalDirection(column);
  return {
    column,
    direction: current,
    change: (next) => {
      const turned = current === 'asc' ? 'desc' : 'asc';
      address.set({ sort: next, direction: next === column ? turned : naturalDirection(next) });
    },
  };
}

/** Names from A, figures from the largest. */
const naturalDirection = (column: string | undefined) => (column === 'name' || column === 'id' ? 'asc' : 'desc');
