import { type keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from './api-context.ts';

interface AnswerOptions {
  readonly enabled?: boolean;
  readonly staleTime?: number;
  readonly refetchInterval?: number;
  readonly placeholderData?: typeof keepPreviousData;
}

/** One thing that the server knows; lists that grow are in page.ts. */
export function useAnswer<T>(key: readonly unknown[], path: string, query?: object, options?: AnswerOptions) {
  const api = useApi();
  return useQuery({ queryKey: key, queryFn: ({ signal }) => api.get<T>(path, query, signal), ...options });
}
