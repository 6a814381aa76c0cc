import { X509Certificate } from 'node:crypto';
import * as z from 'zod';
import { registryConnectors } from '../../images/registries/index.ts';
import { AppError } from '../../lib/errors.ts';
import { visibleTo } from '../../store/read/visibility.ts';
import {
  addRegistry,
  changeRegistry,
  findRegistry,
  listRegistries,
  type RegistryStored,
  registriesOf,
  registryFigures,
  removeRegistry,
  setNotificationSecret,
} from '../../store/registries.ts';
import { listRepositories } from '../../store/repositories.ts';
import { settlePlacementsWithin } from '../../store/settle-placements.ts';
import type { ServerContext } from '../context.ts';
import { pageQuery } from '../contract/paging.ts';
import {
  connectionTest,
  madeRegistry,
  notificationSecret,
  type RegistryRow,
  type RegistrySettings,
  registryChange,
  registryKinds,
  registryPage,
  registryRow,
  registrySettings,
  repositoryPage,
  repositoryQuery,
} from '../contract/registries.ts';
import { changedSettings } from '../registries/change-settings.ts';
import { assertFits, connectorOf } from '../registries/connect-registry.ts';
import { notificationPath, registryRowOf } from '../registries/registry-row.ts';
import { notificationContext, sealedSettings } from '../registries/registry-secrets.ts';
import type { RegistryTarget } from '../registries/registry-target.ts';
import { testConnection } from '../registries/test-connection.ts';
import { type Caller, type Route, route } from '../route.ts';
import { reachesRegistry, reachOfRole } from '../sign-in/access.ts';
import { randomSecret } from '../sign-in/secret-text.ts';
import { receiverOf } from './notifications.ts';

const named = z.object({ name: z.string().max(100) });
const reader = { role: 'reader', within: 'scoped' } as const;
const admin = { role: 'admin', within: 'scoped' } as const;

const kinds = route({
  id: 'registries.kinds',
  method: 'GET',
  path: '/registry-kinds',
  summary: 'The registry products that can be connected, and how.',
  access: 'signed-in',
  answer: registryKinds,
  handle: async () => ({
    kinds: registryConnectors.map(({ id, title, signIns, hostExample, notifications }) => {
      return {
        id,
        title,
        signIns: [...signIns],
        hostExample,
        ...(notifications && { notifications: notifications.howTo }),
      };
    }),
  }),
});

const list = route({
  id: 'registries.list',
  method: 'GET',
  path: '/registries',
  summary: 'Registries by name, with how far they are looked through.',
  access: reader,
  query: pageQuery,
  answer: registryPage,
  handle: async ({ query, caller }, { store }) => {
    const reach = await visibleTo(store, caller?.grants ?? []);
    const among = reach === 'everything' ? undefined : await visibleNames(store, caller);
    const rows = await listRegistries(store, { after: afterOf(query.cursor), limit: query.limit, among });
    const page = rows.slice(0, query.limit);
    const figures = await registryFigures(
      store,
      page.map(({ id }) => id),
      reach,
    );
    const next = rows.length > query.limit ? cursorOf(page.at(-1)?.name) : undefined;
    return { items: page.map((row) => registryRowOf(row, figures.get(row.id))), ...(next && { next }) };
  },
});

const show = route({
  id: 'registries.get',
  method: 'GET',
  path: '/registries/{name}',
  summary: 'One registry.',
  access: reader,
  params: named,
  answer: registryRow,
  handle: async ({ params, caller }, context) =>
    rowFor(await visibleRow(params.name, caller, context), caller, context),
});

const create = route({
  id: 'registries.create',
  method: 'POST',
  path: '/registries',
  summary: 'Connects a registry and begins to look through it. The secret of its notifications is said this once.',
  access: { role: 'admin', within: 'everywhere' },
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
    return { ...(await rowFor(row, caller, context)), notificationSecret: secret };
  },
});

const change = route({
  id: 'registries.change',
  method: 'PATCH',
  path: '/registries/{name}',
  summary: 'Changes what is given. A sign-in replaces the one before, and is asked for when the address changes.',
  access: admin,
  params: named,
  body: registryChange,
  answer: registryRow,
  trail: 'registry.change',
  handle: async ({ params, body, caller }, context) => {
    const { store, seal, queue, events } = context;
    assertAdministers(caller, params.name);
    const row = await changeRegistry(store, params.name, (before) => {
      const settings = changedSettings(before, body, seal);
      assertSettings(settings);
      return { host: settings.host, ...sealedSettings(settings, seal) };
    });
    if (!row) throw missing(params.name);
    receiverOf(context).forget(params.name);
    await queue.crawl(row.id, 'asked');
    events.tell({ kind: 'registry', name: row.name });
    return rowFor(row, caller, context);
  },
});

const remove = route({
  id: 'registries.remove',
  method: 'DELETE',
  path: '/registries/{name}',
  summary: 'Disconnects a registry; findings of images that lie nowhere else go.',
  access: { role: 'admin', within: 'everywhere' },
  params: named,
  status: 204,
  trail: 'registry.remove',
  handle: async ({ params }, context) => {
    const { store, events, now } = context;
    const removed = await removeRegistry(store, params.name, async (transaction, images) => {
      return (await settlePlacementsWithin(transaction, images, now())) !== 'busy';
    });
    if (removed === 'missing') throw missing(params.name);
    if (removed === 'busy') {
      throw new AppError('CONFLICT', 'A vulnerability database is being installed. Try again in a moment.');
    }
    receiverOf(context).forget(params.name);
    events.tell({ kind: 'registry', name: params.name });
  },
});

const tryOut = route({
  id: 'registries.test',
  method: 'POST',
  path: '/registry-tests',
  summary: 'Tries settings out, step by step, without keeping them.',
  access: { role: 'admin', within: 'everywhere' },
  body: registrySettings,
  answer: connectionTest,
  trail: 'registry.test',
  handle: async ({ body, signal }, { config }) => testConnection(targetFrom(body, config.network.allow), { signal }),
});

const tryOutStored = route({
  id: 'registries.test-stored',
  method: 'POST',
  path: '/registries/{name}/test',
  summary: 'Tries a registry out, with changes before they are kept.',
  access: admin,
  params: named,
  body: registryChange,
  answer: connectionTest,
  trail: 'registry.test',
  handle: async ({ params, body, caller, signal }, { store, seal, config }) => {
    assertAdministers(caller, params.name);
    const row = await findRegistry(store, params.name);
    if (!row) throw missing(params.name);
    return testConnection(targetFrom(changedSettings(row, body, seal), config.network.allow), { signal });
  },
});

const crawl = route({
  id: 'registries.crawl',
  method: 'POST',
  path: '/registries/{name}/crawl',
  summary: 'Looks through a registry now.',
  access: { role: 'analyst', within: 'scoped' },
  params: named,
  answer: z.object({ job: z.string() }),
  status: 202,
  trail: 'registry.crawl',
  handle: async ({ params, caller }, { store, queue }) => {
    if (!caller || !reachesRegistry(reachOfRole(caller, 'analyst'), params.name)) throw missing(params.name);
    const row = await findRegistry(store, params.name);
    if (!row) throw missing(params.name);
    return queue.crawl(row.id, 'asked');
  },
});

const renewSecret = route({
  id: 'registries.renew-notification-secret',
  method: 'POST',
  path: '/registries/{name}/notification-secret',
  summary: 'Makes a new secret for notifications and says it this once; the one before is worth nothing from then on.',
  access: admin,
  params: named,
  answer: notificationSecret,
  trail: 'registry.renew-notification-secret',
  handle: async ({ params, caller }, context) => {
    assertAdministers(caller, params.name);
    const secret = randomSecret();
    const sealed = context.seal.seal(secret, notificationContext(params.name));
    if (!(await setNotificationSecret(context.store, params.name, sealed))) throw missing(params.name);
    receiverOf(context).forget(params.name);
    return { notificationPath: notificationPath(params.name), secret };
  },
});

const repositories = route({
  id: 'registries.repositories',
  method: 'GET',
  path: '/registries/{name}/repositories',
  summary: 'Repositories that are known of a registry, by name.',
  access: reader,
  params: named,
  query: repositoryQuery,
  answer: repositoryPage,
  handle: async ({ params, query, caller }, context) => {
    const { store } = context;
    const { id, name } = await visibleRow(params.name, caller, context);
    const reach = await visibleTo(store, caller?.grants ?? []);
    const among = reach === 'everything' ? {} : { among: reach.repositories };
    const { q, limit } = query;
    const rows = await listRepositories(store, { registry: id, q, limit, after: afterOf(query.cursor), ...among });
    const page = rows.slice(0, limit);
    const next = rows.length > limit ? cursorOf(page.at(-1)?.name) : undefined;
    const items = page.map(({ last_push, images, tags, ...row }) => {
      return { registry: name, name: row.name, images, tags, ...(last_push && { lastPush: last_push.toISOString() }) };
    });
    return { items, ...(next && { next }) };
  },
});

export const registryRoutes: readonly Route[] = [
  ...[kinds, list, create, tryOut, show, change, remove],
  ...[tryOutStored, crawl, renewSecret, repositories],
];

async function rowFor(row: RegistryStored, caller: Caller | undefined, { store }: ServerContext): Promise<RegistryRow> {
  const figures = await registryFigures(store, [row.id], await visibleTo(store, caller?.grants ?? []));
  return registryRowOf(row, figures.get(row.id));
}

/** A registry that the caller may see something of; others do not exist for the caller. */
async function visibleRow(name: string, caller: Caller | undefined, { store }: ServerContext): Promise<RegistryStored> {
  const row = await findRegistry(store, name);
  const isVisible =
    caller && (reachOfRole(caller, 'reader').everything || (await visibleNames(store, caller)).includes(name));
  if (!row || !isVisible) throw missing(name);
  return row;
}

async function visibleNames(store: ServerContext['store'], caller: Caller | undefined): Promise<readonly string[]> {
  const reach = await visibleTo(store, caller?.grants ?? []);
  const within = reach === 'everything' ? [] : await registriesOf(store, reach.repositories);
  return [...new Set([...(caller ? reachOfRole(caller, 'reader').registries : []), ...within])];
}

function assertAdministers(caller: Caller | undefined, name: string): void {
  if (!caller || !reachesRegistry(reachOfRole(caller, 'admin'), name)) throw missing(name);
}

/** What cannot be is told before anything is kept. */
function assertSettings(settings: RegistrySettings): void {
  assertFits(connectorOf(settings.kind), settings);
  const { certificate } = settings;
  if (certificate !== undefined && !isCertificate(certificate)) {
    throw new AppError(
      'REQUEST_INVALID',
      'The certificate is not in PEM form. Paste what begins with BEGIN CERTIFICATE.',
    );
  }
}

function isCertificate(text: string): boolean {
  try {
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
    const certificates = blocks.map((block) => new X509Certificate(block));
    return certificates.length > 0;
  } catch {
    return false;
  }
}

function targetFrom(settings: RegistrySettings, allow: readonly string[]): RegistryTarget {
  return { id: 0, ...settings, allow };
}

function missing(name: string): AppError {
  return new AppError('NOT_FOUND', `There is no registry ${name.replace(/[^\w-]/g, '?').slice(0, 63)}.`);
}

function cursorOf(name: string | undefined): string | undefined {
  return name === undefined ? undefined : Buffer.from(name).toString('base64url');
}

function afterOf(cursor: string | undefined): string | undefined {
  const name = cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString('utf8');
  return name?.includes('\0') ? '' : name;
}
