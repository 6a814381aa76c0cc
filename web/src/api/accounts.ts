import { useMutation, useQueryClient } from '@tanstack/react-query';
import type {
  MadeToken,
  NewToken,
  NewUser,
  TokenRow,
  UserChange,
  UserRow,
} from '../../../src/server/contract/access.ts';
import { useApi } from './api-context.ts';
import { useGrowingList } from './page.ts';

const userAt = (user: string) => `/users/${encodeURIComponent(user)}`;

export const useUsers = (query: object) => useGrowingList<UserRow>(['users'], '/users', query);

export const useTokens = (query: { readonly everybody?: string | undefined }) =>
  useGrowingList<TokenRow>(['tokens'], '/tokens', query);

function useAccountChange<Input, Answer>(head: 'users' | 'tokens', send: (input: Input) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: send, onSuccess: () => void client.invalidateQueries({ queryKey: [head] }) });
}

export function useAddUser() {
  const api = useApi();
  return useAccountChange('users', (user: NewUser) => api.send<UserRow>('POST', '/users', user));
}

export function useChangeUser(user: string) {
  const api = useApi();
  return useAccountChange('users', (change: UserChange) => api.send<UserRow>('PATCH', userAt(user), change));
}

export function useRemoveUser(user: string) {
  const api = useApi();
  return useAccountChange('users', () => api.send<void>('DELETE', userAt(user)));
}

export function useMakeToken() {
  const api = useApi();
  return useAccountChange('tokens', (token: NewToken) => api.send<MadeToken>('POST', '/tokens', token));
}

export function useRemoveToken() {
  const api = useApi();
  return useAccountChange('tokens', (id: string) => api.send<void>('DELETE', `/tokens/${encodeURIComponent(id)}`));
}
