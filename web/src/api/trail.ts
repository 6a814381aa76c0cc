import type { TrailEntry } from '../../../src/server/contract/access.ts';
import { useGrowingList } from './page.ts';

export const useTrail = (query: object) => useGrowingList<TrailEntry>(['trail'], '/trail', query);
