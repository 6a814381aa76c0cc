import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  ExceptionDecision,
  ExceptionReach,
  ExceptionRequest,
  ExceptionRow,
} from '../../../src/server/contract/exceptions.ts';
import { useScoped } from '../scope.ts';
import { useAnswer } from './answer.ts';
import { useApi } from './api-context.ts';
import { type Page, useGrowingList } from './page.ts';

export const useExceptions = (query: object) =>
  useGrowingList<ExceptionRow>(['exceptions'], '/exceptions', useScoped(query));

/** Those that were asked for, stand or were refused, about a vulnerability or package. */
export const useExceptionsAbout = (name: string | undefined) =>
  useAnswer<Page<ExceptionRow>>(
    ['exceptions', 'about', name],
    '/exceptions',
    { q: name, state: ['asked', 'approved', 'refused'], limit: 100 },
    { enabled: Boolean(name), placeholderData: keepPreviousData },
  );

export type ExceptionScope = ExceptionRequest['scope'];

/** How much a request would silence, while it is still being written. */
export function useExceptionReach(scope: ExceptionScope, enabled: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: ['exceptions', 'reach', scope],
    queryFn: () => api.send<ExceptionReach>('POST', '/exceptions/reach', { scope }),
    enabled,
    placeholderData: keepPreviousData,
  });
}

/** What an exception covers shows everywhere else too. */
function useExceptionChange<Input>(send: (input: Input) => Promise<ExceptionRow>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: () => {
      for (const head of ['exceptions', 'images', 'vulnerabilities', 'recommendations', 'overview'])
        void client.invalidateQueries({ queryKey: [head] });
    },
    // Somebody was faster: what they did is not shown yet.
    onError: () => void client.invalidateQueries({ queryKey: ['exceptions'] }),
  });
}

export function useAskException() {
  const api = useApi();
  return useExceptionChange((request: ExceptionRequest) => api.send<ExceptionRow>('POST', '/exceptions', request));
}

export function useDecideException(id: string) {
  const api = useApi();
  return useExceptionChange((decision: ExceptionDecision) =>
    api.send<ExceptionRow>('POST', `/exceptions/${encodeURIComponent(id)}/decision`, decision),
  );
}
