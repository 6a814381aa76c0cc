import { useLocalStorage } from '@mantine/hooks';

export type Density = 'dense' | 'comfortable';

export function useDensity() {
  return useLocalStorage<Density>({ key: 'breakwater-density', defaultValue: 'dense', getInitialValueInEffect: false });
}

/** Rows of a table, in pixels, as `--row-height` says in CSS. */
export const rowHeights: Readonly<Record<Density, number>> = { dense: 34, comfortable: 46 };

export function useShortcutsEnabled() {
  return useLocalStorage<boolean>({
    key: 'breakwater-shortcuts',
    defaultValue: true,
    getInitialValueInEffect: false,
  });
}
