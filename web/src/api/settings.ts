import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { About, Settings } from '../../../src/server/contract/settings.ts';
import { useApi } from './api-context.ts';

export function useSettings() {
  const api = useApi();
  return useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => api.get<Settings>('/settings', undefined, signal),
  });
}

export function useChangeSettings() {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Partial<Settings>) => api.send<Settings>('PATCH', '/settings', change),
    onSuccess: (settings) => client.setQueryData(['settings'], settings),
  });
}

export function useAbout() {
  const api = useApi();
  return useQuery({ queryKey: ['about'], queryFn: ({ signal }) => api.get<About>('/about', undefined, signal) });
}
