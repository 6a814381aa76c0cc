import { AppError } from '../../../lib/errors.ts';
import { addRegistry, changeRegistry, findRegistry, removeRegistry } from '../../../store/registries.ts';
import {
  connectionTest,
  madeRegistry,
  type RegistrySettings,
  registryChange,
  registryRow,
  registrySettings,
} from '../../contract/registries.ts';
import { assertSettings } from '../../registries/assert-settings.ts';
import { changedSettings } from '../../registries/change-settings.ts';
import { notificationContext, sealedSettings } from '../../registries/registry-secrets.ts';
import type { RegistryTarget } from '../../registries/registry-target.ts';
import { testConnection } from '../../registries/test-connection.ts';
import { assertActs, missingRegistry, registryParams, registryRowFor } from '../../registries/visible-registries.ts';
import { type Access, type Route, route } from '../../route.ts';
import { randomSecret } from '../../sign-in/secret-text.ts';
import { receiverOf } from '../notifications.ts';

const everywhere: Access = { role: 'admin', within: 'everywhere' };
const admin: Access = { role: 'admin', within: 'scoped' };

const create = route({
  id: 'registries.create',
  method: 'POST',
  path: '/registries',
  summary: 'Connects a registry and begins to look through it. The secret of its notifications is said this once.',
  access: everywhere,
  body: registrySettings,
  answer: madeRegistry,
  status: 201,
  trail: 'registry.create',
  handle: async ({ body, caller }, context) => {
    const { store, seal, queue, events } = context;
    assertSettings(body);
    const { name, kind, host } = body;
    const secret = randomSecret();
    const row = await addRegistry(store, {
      ...{ name, kind, host, ...sealedSettings(body, seal) },
      notificationSecret: seal.seal(secret, notificationContext(name)),
    });
    if (!row) throw new AppError('CONFLICT', `There is a registry ${name} already. Choose another name.`);
    receiverOf(context).forget(name);
    await queue.crawl(row.id, 'created');
    events.tell({ kind: 'registry', name });
    return { ...(await registryRowFor(store, row, caller)), notificationSecret: secret };
  },
});

const tryOut = route({
  id: 'registries.test',
  method: 'POST',
  path: '/registry-tests',
  summary: 'Tries settings out, step by step, without keeping them.',
  access: everywhere,
  body: registrySettings,
  answer: connectionTest,
  trail: 'registry.test',
  handle: async ({ body, signal }, { config }) => testConnection(targetFrom(body, config.network.allow), { signal }),
});

const change = route({
  id: 'registries.change',
  method: 'PATCH',
  path: '/registries/{name}',
  summary: 'Changes what is given. A sign-in replaces the one before, and is asked for when the address changes.',
  access: admin,
  params: registryParams,
  body: registryChange,
  answer: registryRow,
  trail: 'registry.change',
  handle: async ({ params, body, caller }, context) => {
    const { store, seal, queue, events } = context;
    assertActs(caller, 'admin', params.name);
    const row = await changeRegistry(store, params.name, (before) => {
      const settings = changedSettings(before, body, seal);
      assertSettings(settings);
      return { host: settings.host, ...sealedSettings(settings, seal) };
    });
    if (!row) throw missingRegistry(params.name);
    receiverOf(context).forget(params.name);
    await queue.crawl(row.id, 'asked');
    events.tell({ kind: 'registry', name: row.name });
    return registryRowFor(store, row, caller);
  },
});

const tryOutStored = route({
  id: 'registries.test-stored',
  method: 'POST',
  path: '/registries/{name}/test',
  summary: 'Tries a registry out, with changes before they are kept.',
  access: admin,
  params: registryParams,
  body: registryChange,
  answer: connectionTest,
  trail: 'registry.test',
  handle: async ({ params, body, caller, signal }, { store, seal, config, paces }) => {
    assertActs(caller, 'admin', params.name);
    const row = await findRegistry(store, params.name);
    if (!row) throw missingRegistry(params.name);
    const target = { ...targetFrom(changedSettings(row, body, seal), config.network.allow), id: row.id };
    return testConnection(target, { signal, pace: paces.of(target) });
  },
});

const remove = route({
  id: 'registries.remove',
  method: 'DELETE',
  path: '/registries/{name}',
  summary: 'Disconnects a registry; findings of images that lie nowhere else go.',
  access: everywhere,
  params: registryParams,
  status: 204,
  trail: 'registry.remove',
  handle: async ({ params }, context) => {
    const { store, events, now } = context;
    const removed = await removeRegistry(store, { name: params.name, at: now() });
    if (removed === 'missing') throw missingRegistry(params.name);
    if (removed === 'busy') {
      throw new AppError('CONFLICT', 'A vulnerability database is being installed. Try again in a moment.');
    }
    receiverOf(context).forget(params.name);
    events.tell({ kind: 'registry', name: params.name });
  },
});

export const registrySettingsRoutes: readonly Route[] = [create, tryOut, change, tryOutStored, remove];

function targetFrom(settings: RegistrySettings, allow: readonly string[]): RegistryTarget {
  return { id: 0, ...settings, allow };
}
