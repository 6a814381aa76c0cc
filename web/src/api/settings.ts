import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { About, Settings } from '../../../src/server/contract/settings.ts';
import { useAnswer } from './answer.ts';
import { useApi } from './api-context.ts';

export const useSettings = () => useAnswer<Settings>(['settings'], '/settings');

export function useChangeSettings() {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Partial<Settings>) => api.send<Settings>('PATCH', '/settings', change),
    onSuccess: (settings) => client.setQueryData(['settings'], settings),
  });
}

export const useAbout = () => useAnswer<About>(['about'], '/about');
