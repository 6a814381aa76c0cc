import * as z from 'zod';
import { type Grant, grant } from '../contract/access.ts';

const kept = z.array(grant);

/** Grants as they lie in the store; what cannot be read gives no right. */
export function grantsOf(stored: unknown): readonly Grant[] {
  return kept.safeParse(stored).data ?? [];
}
