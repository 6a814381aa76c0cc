import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Role, Session, SignInForm, SignInOptions } from '../../../src/server/contract/access.ts';
import { useAnswer } from './answer.ts';
import { useApi } from './api-context.ts';
import { sessionKey } from './query-client.ts';
import { ApiError } from './request.ts';

/** Null when nobody is signed in. */
export function useSession() {
  const api = useApi();
  return useQuery({
    queryKey: sessionKey,
    queryFn: ({ signal }) =>
      api.get<Session>('/session', undefined, signal).catch((error) => {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export const useSignInOptions = () => useAnswer<SignInOptions>(['session', 'options'], '/session/options');

export function useSignIn() {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (form: SignInForm) => api.send<Session>('POST', '/session', form),
    onSuccess: (session) => client.setQueryData(sessionKey, session),
  });
}

export function useSignOut() {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.send<void>('DELETE', '/session'),
    onSettled: () => {
      // By this query the sign-in page takes over: it stays, and nothing else of what was read or sent.
      client.setQueryData(sessionKey, null);
      client.removeQueries({ predicate: ({ queryKey: [of] }) => of !== sessionKey[0] });
      client.getMutationCache().clear();
    },
  });
}

export function useChangePassword() {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: { old: string; new: string }) => api.send<Session>('POST', '/session/password', change),
    onSuccess: (session) => client.setQueryData(sessionKey, session),
  });
}

/** Whether some role of the caller holds for all registries, and not only for a part. */
export const useSeesEverything = (): boolean =>
  useSession().data?.grants.some(({ scope }) => scope.kind === 'all') ?? false;

const rank = { reader: 0, analyst: 1, admin: 2 } as const;

/** Whether the caller holds at least this role anywhere; the server decides for each thing. */
export function useHasRole(role: Role): boolean {
  const session = useSession().data;
  return session?.grants.some((grant) => rank[grant.role] >= rank[role]) ?? false;
}
