import { createHash } from 'node:crypto';
import { isRepository, isTag } from '../../images/registry/reference.ts';
import { isDigest } from '../../lib/digest.ts';
import { takeDeliveries, takenDeliveries } from '../../store/notifications.ts';
import { findRegistry, type RegistryStored } from '../../store/registries.ts';
import type { ServerContext } from '../context.ts';
import { createRate } from '../http/rate.ts';
import { Refusal } from '../refusal.ts';
import { connectorOf } from '../registries/connect-registry.ts';
import { isWanted, looksAt } from '../registries/discover.ts';
import { notificationContext, storedSettings } from '../registries/registry-secrets.ts';
import { applyNews, type ImageNews } from './apply-news.ts';
import type { Delivery, News, ReadDelivery } from './notification-sender.ts';
import { notificationSenders } from './senders/index.ts';
import { createTurnstile } from './turnstile.ts';

/** Takes what registries send: only from who shows the registry's secret, each piece of news once. */
export interface Receiver {
  /** Throws a `Refusal` when the sender is not authentic or too much comes at once. */
  readonly receive: (name: string, delivery: Delivery) => Promise<Readonly<Record<string, string>> | undefined>;
  /** Forgets what is remembered of a registry, after its secret was changed. */
  readonly forget: (name: string) => void;
}

const atOnce = 4;
const waitingAtMost = 200;
/** How long the rows of registries are believed: a flood of forgeries costs a look-up in memory each. */
const believedMs = 2_000;
const registriesAtMost = 1_000;
const newsAtMost = 1_000;
/** News that are older are not taken, and deliveries are remembered for longer than that. */
const oldestMs = 7 * 86_400_000;
export const deliveriesKeptMs = 30 * 86_400_000;
const newestMs = 10 * 60_000;

export function createReceiver(context: ServerContext): Receiver {
  const { store, seal, config, now } = context;
  const turnstile = createTurnstile(atOnce, waitingAtMost);
  const rate = createRate(config.rate.notificationsPerMinute, () => now().getTime());
  const known = new Map<string, { readonly found: Promise<Known | undefined>; readonly until: number }>();

  const registryOf = (name: string): Promise<Known | undefined> => {
    const time = now().getTime();
    const held = known.get(name);
    if (held && held.until > time) return held.found;
    const found = findRegistry(store, name).then((row) => {
      return row && { row, secret: seal.open(row.notification_secret, notificationContext(row.name)) };
    });
    known.delete(name);
    known.set(name, { found, until: time + believedMs });
    const oldest = known.keys().next().value;
    if (known.size > registriesAtMost && oldest !== undefined) known.delete(oldest);
    found.catch(() => known.delete(name));
    return found;
  };

  return {
    forget: (name) => known.delete(name),
    receive: async (name, delivery) => {
      const registry = await registryOf(name);
      const { row, read } = authenticated(registry, delivery);
      const wait = rate.take(row.name);
      if (wait !== undefined)
        throw new Refusal('RATE_LIMITED', 'Too many notifications of this registry.', undefined, wait);
      const news = wantedNews(row, read.news, now());
      if (news.length === 0) return read.answer;
      const done = turnstile.pass(() => takeNews(context, row, news));
      if (!done) throw new Refusal('RATE_LIMITED', 'Too many notifications wait already. Send it again.', undefined, 5);
      await done;
      return read.answer;
    },
  };
}

interface Known {
  readonly row: RegistryStored;
  readonly secret: string;
}

/** Nobody learns from the answer which registries there are. */
function authenticated(known: Known | undefined, delivery: Delivery): { row: RegistryStored; read: ReadDelivery } {
  const ids = known ? (connectorOf(known.row.kind).notifications?.senders ?? []) : [];
  const senders = notificationSenders.filter(({ id }) => ids.includes(id));
  const authentic = senders.filter((sender) => sender.isAuthentic(delivery, known?.secret ?? ''));
  if (!known || authentic.length === 0) {
    throw new Refusal(
      'SIGN_IN_NEEDED',
      "This notification does not show its registry's secret. Renew the secret under Registries, and enter it where the notifications are set up.",
    );
  }
  for (const sender of authentic) {
    const read = sender.read(delivery);
    if (read) return { row: known.row, read };
  }
  const expected = senders.map(({ id }) => id).join(' or ');
  throw new Refusal('REQUEST_INVALID', `This is not what ${known.row.kind} registries send (${expected}).`);
}

/** What could be asked for and the registry's filters let through; news out of time is only somebody's repetition. */
function wantedNews(row: RegistryStored, news: readonly News[], now: Date): readonly ImageNews[] {
  if (news.length > newsAtMost) throw new Refusal('LIMIT_EXCEEDED', `More than ${newsAtMost} events at once.`);
  const filters = storedSettings(row);
  return news.flatMap(({ at, digest, tag, repository, ...rest }): ImageNews[] => {
    const age = now.getTime() - at.getTime();
    if (age > oldestMs || age < -newestMs || !isRepository(repository)) return [];
    if ((digest !== undefined && !isDigest(digest)) || (tag !== undefined && !isTag(tag))) return [];
    if (digest === undefined && tag === undefined) return [];
    if (rest.kind === 'push') {
      if (!looksAt(filters, repository)) return [];
      if (digest !== undefined && !isWanted({ digest, tags: tag === undefined ? [] : [tag] }, filters)) return [];
    }
    // A clock that runs ahead must not keep later news from moving a tag.
    const time = Number.isNaN(age) || age < 0 ? now : at;
    return [
      { ...rest, repository, at: time, ...(digest !== undefined && { digest }), ...(tag !== undefined && { tag }) },
    ];
  });
}

/** Marked as taken once it was written: a server that dies in between gets it again, and doing it again changes nothing. */
async function takeNews(context: ServerContext, row: RegistryStored, news: readonly ImageNews[]): Promise<void> {
  const keyOf = ({ delivery }: News) =>
    delivery.length <= 100 ? delivery : createHash('sha256').update(delivery).digest('hex');
  const taken = await takenDeliveries(context.store, row.id, news.map(keyOf));
  const fresh = news.filter((one) => !taken.has(keyOf(one)));
  if (fresh.length === 0) return;
  await applyNews(context, row, fresh);
  await takeDeliveries(context.store, row.id, fresh.map(keyOf), context.now());
}
