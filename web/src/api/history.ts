import type { HistoryEvent } from '../../../src/server/contract/images.ts';
import { useScoped } from '../scope.ts';
import { useGrowingList } from './page.ts';

export const useHistory = (query: object) => useGrowingList<HistoryEvent>(['history'], '/history', useScoped(query));
