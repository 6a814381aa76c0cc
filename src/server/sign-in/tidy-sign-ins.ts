import { removeOldSessions } from '../../store/sessions.ts';
import { removeOldAttempts } from '../../store/sign-in-attempts.ts';
import { removeOldTokens } from '../../store/tokens.ts';
import type { ServerContext } from '../context.ts';
import { rememberSeconds } from './lockout.ts';

const dayMs = 86_400_000;

/** Forgets sessions that ended, tokens that ended a month ago, and counts of wrong passwords that matter no more. */
export async function tidySignIns({
  store,
  config,
  now,
}: Pick<ServerContext, 'store' | 'config' | 'now'>): Promise<void> {
  const at = now().getTime();
  const before = (ms: number) => new Date(at - ms);
  await removeOldSessions(store, before(0), before(config.signIn.idleMinutes * 60_000));
  await removeOldTokens(store, before(30 * dayMs));
  const lockMs = config.signIn.lockMinutes * 60_000;
  await removeOldAttempts(store, before(rememberSeconds * 1_000), before(Math.max(dayMs, 2 * lockMs)));
}
