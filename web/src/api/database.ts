import type { DatabaseChange, DatabaseStatus } from '../../../src/server/contract/database.ts';
import { useAnswer } from './answer.ts';
import { useGrowingList } from './page.ts';

export const useDatabase = () => useAnswer<DatabaseStatus>(['database', 'status'], '/database');

/** Every database that took the place of another, newest first. */
export const useDatabaseChanges = () => useGrowingList<DatabaseChange>(['database', 'changes'], '/database/changes');
