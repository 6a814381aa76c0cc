import * as z from 'zod';
import { forgetHistory } from '../../store/forget-history.ts';
import { mergeSetting, readSetting } from '../../store/settings.ts';
import type { ServerContext } from '../context.ts';
import { readSettings } from '../settings.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Of one run: where much is old at once, the next minutes go on. */
const withinMs = 5_000;

/** Where it stands when all that was old had been forgotten, so that one replica looks once an hour. */
const name = 'history';
const kept = z.object({ forgotten: z.coerce.date() }).partial().catch({});

/** Forgets what ended longer ago than administrators want to know of. */
export async function tidyHistory({ store, log, now }: Pick<ServerContext, 'store' | 'log' | 'now'>): Promise<void> {
  const at = now().getTime();
  const { forgotten } = kept.parse((await readSetting(store, name)) ?? {});
  if (forgotten && at - forgotten.getTime() < hourMs) return;
  const { historyDays } = await readSettings(store);
  const { rows, more } = await forgetHistory(store, new Date(at - historyDays * dayMs), withinMs);
  if (Object.keys(rows).length > 0) log.info({ rows, historyDays }, 'history older than it is kept was forgotten');
  if (!more) await mergeSetting(store, name, { forgotten: new Date(at) });
}
