import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { artifactRegistry } from './artifact-registry.ts';
import {
  allImages,
  allRepositories,
  assertRefused,
  assertResumable,
  mappedAccess,
  repositoriesOf,
} from './testing/mapped-access.ts';
import { type GoogleContent, strictArtifactRegistry, strictGoogleTokens } from './testing/strict-google.ts';

const host = 'europe-west1-docker.pkg.dev';
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const others = generateKeyPairSync('rsa', { modulusLength: 2048 });
const email = 'reader@proj.iam.gserviceaccount.com';
const keyFile = (changes: object = {}) =>
  JSON.stringify({
    ...{ type: 'service_account', project_id: 'proj', private_key_id: 'k1', client_email: email, client_id: '1' },
    private_key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: 'https://evil.example.com/token',
    ...changes,
  });
const parent = 'projects/proj/locations/europe-west1/repositories';
const version = (letter: string, tags: readonly string[] = []) => ({
  name: `${parent}/team/packages/x/versions/${digest(letter)}`,
  createTime: '2026-01-02T03:04:05Z',
  relatedTags: tags.map((tag) => ({ name: `${parent}/team/packages/x/tags/${tag}`, version: digest(letter) })),
});
const content: GoogleContent = {
  email,
  publicKey: keys.publicKey,
  lists: {
    [parent]: {
      name: 'repositories',
      items: [
        { name: `${parent}/maven`, format: 'MAVEN' },
        { name: `${parent}/team`, format: 'DOCKER' },
        { name: `${parent}/empty`, format: 'DOCKER' },
      ],
    },
    [`${parent}/team/packages`]: {
      name: 'packages',
      items: ['app', 'tools%2Fbuild', 'web'].map((name) => ({ name: `${parent}/team/packages/${name}` })),
    },
    [`${parent}/empty/packages`]: { name: 'packages', items: [] },
    [`${parent}/team/packages/tools%2Fbuild/versions`]: {
      name: 'versions',
      items: [version('a', ['1.0', 'latest']), version('b'), version('c', [`sha256-${'a'.repeat(64)}.sig`])],
    },
  },
};

function open(
  t: TestContext,
  serviceAccountKey = keyFile(),
  known: Partial<GoogleContent> = {},
  namespaces: string[] = [],
) {
  const all = { ...content, ...known };
  return mappedAccess(
    t,
    { host, signIn: { method: 'google', serviceAccountKey }, namespaces },
    {
      'oauth2.googleapis.com': strictGoogleTokens(all),
      'artifactregistry.googleapis.com': strictArtifactRegistry(all),
    },
  );
}

test('images of all repositories for images of the key’s project are listed, wherever a page ends', async (t) => {
  const { access } = await open(t);
  assert.deepEqual(await allRepositories(artifactRegistry, access), [
    'proj/team/app',
    'proj/team/tools/build',
    'proj/team/web',
  ]);
  assert.deepEqual(
    (await allImages(artifactRegistry, access, 'proj/team/tools/build')).map(({ digest: one, tags }) => [
      one.slice(7, 8),
      tags,
    ]),
    [
      ['a', ['1.0', 'latest']],
      ['b', []],
      ['c', [`sha256-${'a'.repeat(64)}.sig`]],
    ],
  );
  await assertResumable(repositoriesOf(artifactRegistry, access));
});

test('pulling signs in with the access token, and the key’s own addresses are not asked', async (t) => {
  const { access, seen } = await open(t);
  const { credentials } = await artifactRegistry.credentials(access)({ registry: host, repository: 'proj/team/app' });
  assert.deepEqual(credentials, {
    ...{ kind: 'password', username: 'oauth2accesstoken', password: 'ya29.the-access-token', from: 'Google' },
  });
  assert.deepEqual(seen, ['POST oauth2.googleapis.com/token']);
});

test('another project is listed when it is named', async (t) => {
  const { access } = await open(t, keyFile({ project_id: 'elsewhere' }), {}, ['proj']);
  assert.equal((await allRepositories(artifactRegistry, access)).length, 3);
});

const wrongKey = others.privateKey.export({ type: 'pkcs8', format: 'pem' });
const refusals: readonly [what: string, key: string, known: Partial<GoogleContent>, code: string, message: RegExp][] = [
  ['a deleted key', keyFile({ private_key: wrongKey }), {}, 'AUTHENTICATION_FAILED', /key may have been deleted/],
  ['an unknown account', keyFile({ client_email: 'x@y' }), {}, 'AUTHENTICATION_FAILED', /key may have been deleted/],
  ['missing rights', keyFile(), { denied: true }, 'AUTHENTICATION_FAILED', /Check the sign-in and its rights/],
  ['something else', 'not a key', {}, 'REQUEST_INVALID', /Paste the whole JSON file/],
  [
    'a key file that would run a program',
    JSON.stringify({ type: 'external_account', credential_source: { executable: { command: 'id' } } }),
    ...([{}, 'REQUEST_INVALID', /no such key/] as const),
  ],
  ['a key that is none', keyFile({ private_key: 'x' }), {}, 'AUTHENTICATION_FAILED', /Check the service account/],
];

for (const [what, key, known, code, message] of refusals) {
  test(`${what} is told with what to do, and without secrets`, async (t) => {
    const { access } = await open(t, key, known);
    await assertRefused(artifactRegistry, access, { code, tells: message, hides: /PRIVATE KEY|ya29/ });
  });
}
