import { useQuery } from '@tanstack/react-query';
import type { DatabaseChange, DatabaseStatus } from '../../../src/server/contract/database.ts';
import { useApi } from './api-context.ts';
import { useGrowingList } from './page.ts';

export function useDatabase() {
  const api = useApi();
  return useQuery({
    queryKey: ['database', 'status'],
    queryFn: ({ signal }) => api.get<DatabaseStatus>('/database', undefined, signal),
  });
}

/** Every database that took the place of another, newest first. */
export const useDatabaseChanges = () => useGrowingList<DatabaseChange>(['database', 'changes'], '/database/changes');
