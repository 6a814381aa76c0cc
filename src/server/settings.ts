import { mergeSetting, readSetting } from '../store/settings.ts';
import type { Store } from '../store/tables.ts';
import { type Settings, settings } from './contract/settings.ts';

const name = 'installation';

export const defaultSettings: Settings = {
  staleAfterHours: 72,
  dueDays: { critical: 7, high: 30, medium: 90, low: 180 },
  exceptionDays: 365,
  historyDays: 730,
};

/** What administrators set, over the defaults. */
export async function readSettings(store: Store): Promise<Settings> {
  return withDefaults(await readSetting(store, name));
}

export async function changeSettings(store: Store, change: Partial<Settings>): Promise<Settings> {
  return withDefaults(await mergeSetting(store, name, change));
}

/** Field by field: one that a newer version wrote does not take the others away. */
function withDefaults(stored: unknown): Settings {
  const kept = settings
    .partial()
    .catch({})
    .parse(stored ?? {});
  return { ...defaultSettings, ...kept };
}
