import * as z from 'zod';
import {
  connectionTest,
  madeRegistry,
  notificationSecret,
  type RegistryRow,
  type RegistrySettings,
  registryChange,
  registryKinds,
  registryPage,
  registryQuery,
  registryRow,
  registrySettings,
  repositoryPage,
  repositoryQuery,
} from '../../../src/server/contract/registries.ts';
import { repositories } from '../estate.data.ts';
import { chance, type Estate, hoursAgo } from '../estate.ts';
import { MockProblem, mock, pageOfRows } from '../mock-answer.ts';

const made = new WeakMap<Estate, RegistryRow[]>();

function rowOf(name: string, kind: string, host: string, more: Partial<RegistryRow> = {}): RegistryRow {
  return {
    ...{ include: [], exclude: [], tags: [], repositories: [], requestsPerSecond: 20, plainHttp: false },
    ...{ name, kind, host, pollMinutes: 60, hasCertificate: false },
    signIn: { method: 'anonymous' },
    images: { known: 41, scanned: 41, failed: 0, queued: 0 },
    artifacts: [],
    repositoriesKnown: 12,
    lastPush: hoursAgo(2.4),
    lastCrawl: hoursAgo(0.4),
    notificationPath: `/api/v1/notifications/${name}`,
    created: hoursAgo(24 * 90),
    ...more,
  };
}

export function registriesOf(estate: Estate): RegistryRow[] {
  const known = made.get(estate);
  if (known) return known;
  const rows = [
    rowOf('azure', 'acr', 'harbour.azurecr.io', {
      signIn: { method: 'entra-service-principal', username: '3f1d0c6e-11aa-4a7c-8a3f-2b9ce4d5f601' },
      images: { known: 61_204, scanned: 61_190, failed: 14, queued: 0 },
      repositoriesKnown: 318,
    }),
    rowOf('legacy', 'distribution', 'registry.old.harbour.example:5000', {
      signIn: { method: 'password', username: 'reader' },
      failure: {
        code: 'REGISTRY_REFUSED',
        message: 'registry.old.harbour.example refused user reader: the password is wrong or expired.',
        since: hoursAgo(51),
      },
      lastCrawl: hoursAgo(51),
      images: { known: 44, scanned: 40, failed: 3, queued: 1 },
    }),
    rowOf('production', 'harbor', 'harbor.harbour.example', {
      images: { known: 137, scanned: 120, failed: 0, queued: 17 },
      artifacts: [
        { kind: 'signature', count: 118 },
        { kind: 'attestation', count: 24 },
        { kind: 'helm-chart', count: 1 },
      ],
    }),
    rowOf('sandbox', 'ghcr', 'ghcr.io', { pollMinutes: 0, lastPush: undefined, lastCrawl: undefined }),
    rowOf('staging', 'ecr', '123456789012.dkr.ecr.eu-central-1.amazonaws.com', { lastCrawl: hoursAgo(9) }),
  ];
  const shown = estate.scenario === 'none' ? [] : estate.scenario === 'one' ? rows.slice(2, 3) : rows;
  made.set(estate, shown);
  return shown;
}

const kinds = [
  {
    id: 'acr',
    title: 'Azure Container Registry',
    signIns: ['entra-managed-identity', 'entra-workload-identity', 'entra-service-principal', 'password', 'anonymous'],
    hostExample: 'example.azurecr.io',
    notifications:
      'In the registry under Webhooks add one with this address, the actions push and delete, and the custom header "Authorization: Bearer SECRET".',
  },
  {
    id: 'ecr',
    title: 'Amazon ECR',
    signIns: ['aws'],
    hostExample: '123456789012.dkr.ecr.eu-central-1.amazonaws.com',
  },
  {
    id: 'ghcr',
    title: 'GitHub Container Registry',
    signIns: ['password', 'anonymous'],
    hostExample: 'ghcr.io',
    notifications: 'In the organisation’s settings under Webhooks add one with this address and SECRET as its secret.',
  },
  {
    id: 'harbor',
    title: 'Harbor',
    signIns: ['password', 'anonymous'],
    hostExample: 'harbor.example.com',
    notifications: 'In each project under Webhooks add one with this address and "Bearer SECRET" as its Auth Header.',
  },
  {
    id: 'distribution',
    title: 'Any registry (OCI distribution)',
    signIns: ['anonymous', 'password'],
    hostExample: 'registry.example.com:5000',
    notifications: 'Add an endpoint under "notifications" with the header "Authorization: [Bearer SECRET]".',
  },
];

export const registryAnswers = [
  mock({ method: 'GET', path: '/registry-kinds', schema: registryKinds, answer: () => ({ kinds }) }),
  mock({
    method: 'GET',
    path: '/registries',
    query: registryQuery,
    schema: registryPage,
    answer: ({ query, estate }) => {
      const { total: _unknown, ...page } = pageOfRows(
        registriesOf(estate.whole ?? estate)
          .filter(({ name }) => estate.registry === undefined || name === estate.registry)
          .filter(({ name, host }) => `${name} ${host}`.includes(query.q?.toLowerCase() ?? '')),
        query,
      );
      return page;
    },
  }),
  mock({
    method: 'POST',
    path: '/registries',
    body: registrySettings,
    schema: madeRegistry,
    status: 201,
    answer: ({ body, estate }) => {
      const { name, kind, host } = body as RegistrySettings;
      if (registriesOf(estate).some((one) => one.name === name)) {
        throw new MockProblem(409, `There is a registry ${name} already. Choose another name.`);
      }
      const row = rowOf(name, kind, host, {
        images: { known: 0, scanned: 0, failed: 0, queued: 0 },
        ...{ repositoriesKnown: 0, lastPush: undefined, lastCrawl: undefined },
      });
      registriesOf(estate).push(row);
      return { ...row, notificationSecret: 'hUx2vC1jDq7r0o9mQyT5eKfWzLbA8sNi' };
    },
  }),
  mock({
    method: 'POST',
    path: '/registry-tests',
    body: registrySettings,
    schema: connectionTest,
    answer: ({ body }) => testOf((body as RegistrySettings).host),
  }),
  mock({
    method: 'GET',
    path: '/registries/{name}',
    schema: registryRow,
    answer: ({ params, estate }) => find(estate, params.name),
  }),
  mock({
    method: 'PATCH',
    path: '/registries/{name}',
    body: registryChange,
    schema: registryRow,
    answer: ({ params, estate, body }) => {
      const { signIn: _secret, certificate: _kept, ...change } = body as Partial<RegistrySettings>;
      return Object.assign(find(estate, params.name), change);
    },
  }),
  mock({
    method: 'DELETE',
    path: '/registries/{name}',
    status: 204,
    answer: ({ params, estate }) => {
      registriesOf(estate).splice(registriesOf(estate).indexOf(find(estate, params.name)), 1);
    },
  }),
  mock({
    method: 'POST',
    path: '/registries/{name}/test',
    body: registryChange,
    schema: connectionTest,
    answer: ({ params, estate }) => testOf(find(estate, params.name).failure ? 'wrong' : 'right'),
  }),
  mock({
    method: 'POST',
    path: '/registries/{name}/crawl',
    schema: z.object({ job: z.string() }),
    status: 202,
    answer: () => ({ job: 'a crawl' }),
  }),
  mock({
    method: 'POST',
    path: '/registries/{name}/notification-secret',
    schema: notificationSecret,
    answer: ({ params }) => ({
      notificationPath: `/api/v1/notifications/${params.name}`,
      secret: 'pQ3kV8wZr6t1y0LmXcN4sBdHjF7aGe2u',
    }),
  }),
  mock({
    method: 'GET',
    path: '/registries/{name}/repositories',
    query: repositoryQuery,
    schema: repositoryPage,
    answer: ({ params, query, estate }) => {
      const registry = find(estate, params.name);
      const length = registry.name === 'production' ? repositories.length : registry.repositoriesKnown;
      const rows = Array.from({ length }, (_, index) => ({
        registry: registry.name,
        name:
          (registry.name === 'production' && repositories[index]) ||
          `team-${index % 7}/${index % 5 === 0 ? 'a-service-with-a-rather-long-name-that-somebody-chose' : 'app'}-${index}`,
        images: 1 + Math.floor(chance(`images${index}`) * 60),
        tags: 1 + Math.floor(chance(`tags${index}`) * 90),
        ...(index % 3 !== 2 && { lastPush: hoursAgo(index * 7 + 1) }),
      })).filter(({ name }) => name.includes(query.q ?? ''));
      return pageOfRows(rows, query);
    },
  }),
];

function testOf(host: string) {
  const isRight = !host.includes('wrong');
  const steps = [
    { step: 'address', ok: true, message: '20.62.128.4, a public address.', took: 12 },
    { step: 'connect', ok: true, message: 'Answers on port 443.', took: 31 },
    { step: 'tls', ok: true, message: 'Its certificate is valid for another 62 days.', took: 54 },
    isRight
      ? { step: 'sign-in', ok: true, message: 'The registry knows the sign-in.', took: 220 }
      : {
          step: 'sign-in',
          ok: false,
          message: 'It refused the sign-in (401). The password is wrong or expired: make a new one and enter it here.',
          took: 203,
        },
    ...(isRight
      ? [
          { step: 'catalogue', ok: true, message: 'Lists 318 repositories.', took: 410 },
          { step: 'pull', ok: true, message: 'Read the manifest of team-0/app-0.', took: 180 },
        ]
      : []),
  ];
  return { ok: isRight, steps };
}

function find(estate: Estate, name: string | undefined): RegistryRow {
  const row = registriesOf(estate).find((one) => one.name === name);
  if (!row) throw new MockProblem(404, `There is no registry ${name}.`);
  return row;
}
