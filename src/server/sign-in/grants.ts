import { type Grant, grant } from '../contract/access.ts';

/** Grants as they lie in the store; one that cannot be read gives no right. */
export function grantsOf(stored: unknown): readonly Grant[] {
  if (!Array.isArray(stored)) return [];
  return stored.map((each) => grant.safeParse(each).data).filter((each) => each !== undefined);
}
