import { registryConnectors } from '../../images/registries/index.ts';
import { visibleTo } from '../../store/read/visibility.ts';
import { listRegistries, registryFigures } from '../../store/registries.ts';
import { listRepositories } from '../../store/repositories.ts';
import {
  registryKinds,
  registryPage,
  registryQuery,
  registryRow,
  repositoryPage,
  repositoryQuery,
} from '../contract/registries.ts';
import { registryRowOf } from '../registries/registry-row.ts';
import { registryParams, registryRowFor, visibleNames, visibleRegistry } from '../registries/visible-registries.ts';
import { type Access, type Route, route } from '../route.ts';
import { registryDeedRoutes } from './registries/deeds.ts';
import { registrySettingsRoutes } from './registries/settings.ts';

const access: Access = { role: 'reader', within: 'scoped' };

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
  access,
  takesScope: true,
  query: registryQuery,
  answer: registryPage,
  handle: async ({ query, caller }, { store }) => {
    const reach = await visibleTo(store, caller?.grants ?? []);
    const names = await visibleNames(store, caller);
    const among = names === 'all' ? {} : { among: names };
    const { q, limit } = query;
    const rows = await listRegistries(store, { q, limit, after: afterOf(query.cursor), ...among });
    const page = rows.slice(0, limit);
    const figures = await registryFigures(
      store,
      page.map(({ id }) => id),
      reach,
    );
    const next = rows.length > limit ? cursorOf(page.at(-1)?.name) : undefined;
    return { items: page.map((row) => registryRowOf(row, figures.get(row.id))), ...(next && { next }) };
  },
});

const show = route({
  id: 'registries.get',
  method: 'GET',
  path: '/registries/{name}',
  summary: 'One registry.',
  access,
  params: registryParams,
  answer: registryRow,
  handle: async ({ params, caller }, { store }) =>
    registryRowFor(store, await visibleRegistry(store, params.name, caller), caller),
});

const repositories = route({
  id: 'registries.repositories',
  method: 'GET',
  path: '/registries/{name}/repositories',
  summary: 'Repositories that are known of a registry, by name.',
  access,
  params: registryParams,
  query: repositoryQuery,
  answer: repositoryPage,
  handle: async ({ params, query, caller }, { store }) => {
    const { id, name } = await visibleRegistry(store, params.name, caller);
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
  ...[kinds, list, show, repositories],
  ...registrySettingsRoutes,
  ...registryDeedRoutes,
];

function cursorOf(name: string | undefined): string | undefined {
  return name === undefined ? undefined : Buffer.from(name).toString('base64url');
}

function afterOf(cursor: string | undefined): string | undefined {
  const name = cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString('utf8');
  return name?.includes('\0') ? '' : name;
}
