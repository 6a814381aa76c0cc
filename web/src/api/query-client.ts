import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError, isPassing } from './request.ts';

export const sessionKey = ['session'] as const;

/**
 * A 401 anywhere means the session ended: the sign-in page takes over, at the same address. So does the form for a
 * password of one's own, where the server wants one first.
 */
export function createQueryClient(): QueryClient {
  const onError = (error: Error) => {
    if (!(error instanceof ApiError)) return;
    if (error.status === 401) client.setQueryData(sessionKey, null);
    if (error.code === 'PASSWORD_CHANGE_NEEDED') void client.invalidateQueries({ queryKey: sessionKey, exact: true });
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        // Twice, for a server that restarts; what the server refused stays refused.
        retry: (count, error) => count < 2 && isPassing(error),
      },
    },
  });
  return client;
}
