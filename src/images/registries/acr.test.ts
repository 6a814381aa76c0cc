import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createListing } from '../registry/listing.ts';
import type { SignIn } from '../registry-connector.ts';
import { acr } from './acr.ts';
import {
  allImages,
  allRepositories,
  assertRefused,
  assertResumable,
  imagesOf,
  mappedAccess,
  repositoriesOf,
} from './testing/mapped-access.ts';
import { strictAcr } from './testing/strict-acr.ts';
import { type Directory, strictEntra, strictMetadata } from './testing/strict-entra.ts';

const host = 'example.azurecr.io';
const tenant = '11111111-2222-3333-4444-555555555555';
const directory: Directory = { tenant, clientId: 'app', clientSecret: 'the-secret', workloadToken: 'subject' };
const principal = { method: 'entra-service-principal', tenant, clientId: 'app', clientSecret: 'the-secret' } as const;
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const image = (letter: string, day: number, tags: readonly string[] = [], configMediaType?: string) => ({
  ...{ digest: digest(letter), tags, lastUpdateTime: `2026-01-0${day}T00:00:00Z` },
  ...(configMediaType !== undefined && { configMediaType }),
});
const repositories = {
  'team/app': [
    image('a', 1, ['1.0']),
    image('b', 3, ['1.1', 'latest'], 'application/vnd.oci.image.config.v1+json'),
    image('c', 2),
    image('d', 4, ['chart'], 'application/vnd.cncf.helm.config.v1+json'),
    image('e', 5, [`sha256-${'b'.repeat(64)}.sig`]),
  ],
  base: [image('f', 1, ['1'])],
  'team/other': [],
};
const users = {
  example: { password: 'admin-password', repositories: 'all' },
  scoped: { password: 'token-password', repositories: ['base'] },
} as const;

function open(t: TestContext, signIn: SignIn, known: Partial<Directory> = {}, registryTenant = tenant) {
  return mappedAccess(
    t,
    { host, signIn },
    {
      [host]: strictAcr({ host, tenant: registryTenant, users, repositories }),
      'login.microsoftonline.com': strictEntra({ ...directory, ...known }),
      '169.254.169.254': strictMetadata(tenant),
    },
  );
}

test('an Entra identity is exchanged once, and each list is read with a token of its own scope', async (t) => {
  const { access, seen } = await open(t, principal);

  assert.deepEqual(await allRepositories(acr, access), ['base', 'team/app', 'team/other']);
  const images = await allImages(acr, access, 'team/app');

  assert.deepEqual(
    images.map(({ digest: one, tags, pushed }) => [one.slice(7, 8), tags, pushed?.toISOString().slice(8, 10)]),
    [
      ['e', [`sha256-${'b'.repeat(64)}.sig`], '05'],
      ['d', ['chart'], '04'],
      ['b', ['1.1', 'latest'], '03'],
      ['c', [], '02'],
      ['a', ['1.0'], '01'],
    ],
    'newest first; manifests tell which of them are images',
  );
  assert.ok(seen.some((one) => one.includes('orderby=timedesc')));
  assert.equal(seen.filter((one) => one.includes('/oauth2/exchange')).length, 1);
  assert.equal(seen.filter((one) => one.includes('microsoftonline')).length, 1);
});

test('a list can be gone on with from each of its parts', async (t) => {
  const { access } = await open(t, principal);
  await assertResumable(repositoriesOf(acr, access));
  await assertResumable(imagesOf(acr, access, 'team/app'));
});

test('pulling gets a token for the one repository', async (t) => {
  const { access, seen } = await open(t, principal);
  const finder = acr.credentials(access);
  const listing = createListing(access, finder, 'a test', 'team/app');

  assert.equal(await listing.digestOf('team/app', '1.0'), digest('a'));
  assert.equal(await listing.digestOf('team/app', 'none'), undefined);
  assert.equal(await createListing(access, finder, 'a test', 'base').digestOf('base', '1'), digest('f'));
  assert.equal(seen.filter((one) => one.includes('/oauth2/exchange')).length, 1);
  const { credentials } = await finder({ registry: host, repository: 'base' });
  assert.equal(credentials?.kind, 'identity-token', 'a worker never sees the client secret');
});

test('a managed identity signs in through the metadata service of its machine', async (t) => {
  const { access, seen } = await open(t, { method: 'entra-managed-identity' });
  assert.deepEqual(await allRepositories(acr, access), ['base', 'team/app', 'team/other']);
  assert.ok(seen.some((one) => one.includes('169.254.169.254/metadata/identity/oauth2/token')));
});

test('a workload identity signs in with the token that its cluster put into a file', async (t) => {
  const directoryPath = mkdtempSync(join(tmpdir(), 'breakwater-test-'));
  t.after(() => rmSync(directoryPath, { recursive: true }));
  const file = join(directoryPath, 'token');
  const before = process.env.AZURE_FEDERATED_TOKEN_FILE;
  process.env.AZURE_FEDERATED_TOKEN_FILE = file;
  t.after(() => {
    if (before === undefined) delete process.env.AZURE_FEDERATED_TOKEN_FILE;
    else process.env.AZURE_FEDERATED_TOKEN_FILE = before;
  });
  const signIn = { method: 'entra-workload-identity', tenant, clientId: 'app' } as const;

  writeFileSync(file, 'subject');
  const { access } = await open(t, signIn);
  assert.deepEqual(await allRepositories(acr, access), ['base', 'team/app', 'team/other']);

  writeFileSync(file, 'another workload');
  const other = await open(t, signIn);
  await assert.rejects(allRepositories(acr, other.access), { code: 'AUTHENTICATION_FAILED', message: /federated/ });
});

test('the admin user and repository-scoped tokens are passwords, and no cloud is asked', async (t) => {
  const admin = await open(t, { method: 'password', username: 'example', password: 'admin-password' });
  assert.equal((await allImages(acr, admin.access, 'team/app')).length, 5);
  assert.ok(admin.seen.every((one) => one.includes(` ${host}/`)));

  const scoped = await open(t, { method: 'password', username: 'scoped', password: 'token-password' });
  assert.equal((await allImages(acr, scoped.access, 'base')).length, 1);
  await assert.rejects(allImages(acr, scoped.access, 'team/app'), {
    code: 'AUTHENTICATION_FAILED',
    message: /"scoped"/,
  });
  await assert.rejects(allRepositories(acr, scoped.access), {
    code: 'AUTHENTICATION_FAILED',
    message: /list its repositories/,
  });
});

const refusals: readonly [
  what: string,
  signIn: SignIn,
  known: Partial<Directory>,
  registryTenant: string,
  message: RegExp,
][] = [
  ['an expired secret', principal, { secretExpired: true }, tenant, /has expired\. Make a new one.*AADSTS7000222/],
  ['a wrong secret', { ...principal, clientSecret: 'x' }, {}, tenant, /its value, not its id/],
  ['an unknown application', { ...principal, clientId: 'y' }, {}, tenant, /no such application/],
  ['a wrong tenant', { ...principal, tenant: 'contoso.example' }, {}, tenant, /no such tenant/],
  ['a registry of another tenant', principal, {}, 'ffffffff-0000-0000-0000-000000000000', /same tenant/],
  ['no sign-in', { method: 'anonymous' }, {}, tenant, /Give this registry a sign-in/],
];

for (const [what, signIn, known, registryTenant, message] of refusals) {
  test(`${what} is told with what to do, and without secrets`, async (t) => {
    const { access } = await open(t, signIn, known, registryTenant);
    await assertRefused(acr, access, { tells: message, hides: /the-secret|eyJ/ });
  });
}
