import { AppError } from '../../lib/errors.ts';
import { registryById } from '../../store/registries.ts';
import type { ServerContext } from '../context.ts';
import { type ConnectedRegistry, connectRegistry } from './connect-registry.ts';
import { targetOf } from './registry-target.ts';

/**
 * Registries that are being asked, kept for a while with their tokens, so that not every scan signs in anew. For short
 * questions: a crawl, which may take hours, opens its own.
 */
export interface RegistryConnections {
  /** By row of `registry`. Throws NOT_FOUND, SECRET_UNREADABLE, or what its sign-in says. */
  readonly to: (registry: number) => Promise<ConnectedRegistry>;
  readonly close: () => Promise<void>;
}

interface Kept {
  /** What it was opened with: a changed registry is opened anew. */
  readonly settings: string;
  readonly opened: Promise<ConnectedRegistry>;
  readonly until: number;
}

const keptMs = 10 * 60_000;
const most = 1_000;

type Parts = Pick<ServerContext, 'store' | 'seal' | 'config' | 'paces' | 'now'>;

export function keepConnections({ store, seal, config, paces, now }: Parts): RegistryConnections {
  const kept = new Map<number, Kept>();
  const drop = async (id: number) => {
    const one = kept.get(id);
    kept.delete(id);
    await one?.opened.then(({ close }) => close()).catch(() => undefined);
  };
  return {
    to: async (id) => {
      const row = await registryById(store, id);
      if (!row) throw new AppError('NOT_FOUND', 'This registry is not known any more.');
      const settings = JSON.stringify([row.host, row.kind, row.settings, row.secrets?.toString('base64')]);
      const known = kept.get(id);
      if (known && known.settings === settings && known.until > now().getTime()) return known.opened;
      await drop(id);
      const [oldest] = kept.keys();
      if (kept.size >= most && oldest !== undefined) await drop(oldest);
      const target = targetOf(row, seal, config.network.allow);
      const opened = connectRegistry(target, { pace: paces.of(target) });
      kept.set(id, { settings, opened, until: now().getTime() + keptMs });
      opened.catch(() => kept.delete(id));
      return opened;
    },
    close: async () => {
      await Promise.all([...kept.keys()].map(drop));
    },
  };
}
