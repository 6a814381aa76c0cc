import { keepPreviousData, useMutation, useQueryClient } from '@tanstack/react-query';
import type {
  ConnectionTest,
  MadeRegistry,
  NotificationSecret,
  RegistryChange,
  RegistryKinds,
  RegistryRow,
  RegistrySettings,
  RepositoryRow,
} from '../../../src/server/contract/registries.ts';
import { useScoped } from '../scope.ts';
import { useAnswer } from './answer.ts';
import { useApi } from './api-context.ts';
import { type Page, useGrowingList } from './page.ts';

const at = (name: string, rest = '') => `/registries/${encodeURIComponent(name)}${rest}`;
const key = ['registries'] as const;

/** What one enters to connect a registry; what is left out is as the server has it. */
export type RegistryForm = Pick<RegistrySettings, 'name' | 'kind' | 'host' | 'signIn'> & Partial<RegistrySettings>;

export const useRegistries = (query: object = {}) => useGrowingList<RegistryRow>(key, '/registries', useScoped(query));

export const useRegistry = (name: string) => useAnswer<RegistryRow>([...key, name], at(name));

export const useRepositories = (name: string, query: object) =>
  useGrowingList<RepositoryRow>([...key, name, 'repositories'], at(name, '/repositories'), query);

const choices = 50;

/** Registries to choose from, whatever the scope is now. */
export const useRegistryChoices = (q: string) =>
  useAnswer<Page<RegistryRow>>(
    [...key, 'choices', q],
    '/registries',
    { q, limit: choices },
    {
      placeholderData: keepPreviousData,
    },
  );

/** Repositories of a registry to choose from. */
export const useRepositoryChoices = (registry: string | undefined, q: string) =>
  useAnswer<Page<RepositoryRow>>(
    [...key, registry, 'repositories', 'choices', q],
    at(registry ?? '', '/repositories'),
    { q, limit: choices },
    { enabled: Boolean(registry) },
  );

export const useRegistryKinds = () =>
  useAnswer<RegistryKinds>(['registry-kinds'], '/registry-kinds', undefined, { staleTime: Number.POSITIVE_INFINITY });

export function useTestRegistry() {
  const api = useApi();
  return useMutation({
    mutationFn: (form: RegistryForm) => api.send<ConnectionTest>('POST', '/registry-tests', form),
  });
}

export function useTestStoredRegistry(name: string) {
  const api = useApi();
  return useMutation({
    mutationFn: (change: RegistryChange) => api.send<ConnectionTest>('POST', at(name, '/test'), change),
  });
}

/** Lists and pages of registries, asked anew after a change. */
function useRegistryChange<Input, Answer>(send: (input: Input) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: send, onSuccess: () => void client.invalidateQueries({ queryKey: key }) });
}

export function useAddRegistry() {
  const api = useApi();
  return useRegistryChange((form: RegistryForm) => api.send<MadeRegistry>('POST', '/registries', form));
}

export function useChangeRegistry(name: string) {
  const api = useApi();
  return useRegistryChange((change: RegistryChange) => api.send<RegistryRow>('PATCH', at(name), change));
}

export function useRemoveRegistry(name: string) {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.send<void>('DELETE', at(name)),
    onSuccess: () => {
      client.removeQueries({ queryKey: [...key, name] });
      for (const head of ['registries', 'images', 'overview']) void client.invalidateQueries({ queryKey: [head] });
    },
  });
}

export function useCrawlRegistry(name: string) {
  const api = useApi();
  return useRegistryChange(() => api.send<{ job: string }>('POST', at(name, '/crawl')));
}

export function useRenewSecret(name: string) {
  const api = useApi();
  return useMutation({
    mutationFn: () => api.send<NotificationSecret>('POST', at(name, '/notification-secret')),
  });
}
