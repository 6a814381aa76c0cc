import { keepPreviousData } from '@tanstack/react-query';
import type { Overview } from '../../../src/server/contract/overview.ts';
import { useAnswer } from './answer.ts';

/** `since` is an instant; without it the server says what is new since a day ago. */
export const useOverview = (since: string | undefined) =>
  useAnswer<Overview>(['overview', since], '/overview', { since }, { placeholderData: keepPreviousData });
