import type { Store } from './tables.ts';

/** What changes; `null` takes it away. */
export interface NoteChange {
  readonly owner?: string | null | undefined;
  readonly due?: string | null | undefined;
  readonly status?: string | undefined;
}

/** Writes down what people decided about an update; the update itself is derived. */
export async function noteRecommendation(
  store: Store,
  key: string,
  { owner, due, status }: NoteChange,
  at: Date,
): Promise<void> {
  const changed = {
    ...(owner !== undefined && { owner }),
    ...(due !== undefined && { due }),
    ...(status !== undefined && { status }),
    changed: at,
  };
  await store
    .insertInto('recommendation_note')
    .values({ key, owner: null, ...changed })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(changed))
    .execute();
}
