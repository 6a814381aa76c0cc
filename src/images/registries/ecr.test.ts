import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ecr } from './ecr.ts';
import {
  allImages,
  allRepositories,
  assertRefused,
  assertResumable,
  imagesOf,
  mappedAccess,
  repositoriesOf,
} from './testing/mapped-access.ts';
import { type AwsContent, strictEcr, strictSts } from './testing/strict-aws.ts';

const account = '123456789012';
const region = 'eu-central-1';
const host = `${account}.dkr.ecr.${region}.amazonaws.com`;
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const image = (letter: string, tags: readonly string[] = [], artifactMediaType?: string) => ({
  ...{ imageDigest: digest(letter), imageTags: tags, imagePushedAt: 1_767_225_600, registryId: account },
  ...(artifactMediaType !== undefined && { artifactMediaType }),
});
const role = {
  arn: 'arn:aws:iam::123456789012:role/reader',
  key: { id: 'ASIAROLE', secret: 'role-secret', session: 'role-session' },
};
const content: AwsContent = {
  ...{ account, region, keys: [{ id: 'AKIAOWN', secret: 'own-secret' }], role },
  repositories: {
    'team/app': [
      image('a', ['1.0']),
      image('b', ['1.1', 'latest'], 'application/vnd.docker.container.image.v1+json'),
      image('c'),
      image('d', ['chart'], 'application/vnd.cncf.helm.config.v1+json'),
      image('e', [`sha256-${'b'.repeat(64)}`]),
    ],
    base: [],
    'team/other': [],
  },
};
const own = { method: 'aws', region, accessKeyId: 'AKIAOWN', secretAccessKey: 'own-secret' } as const;

function open(t: TestContext, changes: object = {}, known: Partial<AwsContent> = {}) {
  const all = { ...content, ...known };
  return mappedAccess(
    t,
    { host, signIn: { ...own, ...changes } },
    {
      [`api.ecr.${region}.amazonaws.com`]: strictEcr(all),
      [`sts.${region}.amazonaws.com`]: strictSts(all),
    },
  );
}

test('repositories and images are listed to the end, by signed requests', async (t) => {
  const { access } = await open(t);
  assert.deepEqual(await allRepositories(ecr, access), ['team/app', 'base', 'team/other']);
  assert.deepEqual(
    (await allImages(ecr, access, 'team/app')).map(({ digest: one, tags, pushed }) => [
      one.slice(7, 8),
      tags,
      pushed?.getTime(),
    ]),
    [
      ['a', ['1.0'], 1_767_225_600_000],
      ['b', ['1.1', 'latest'], 1_767_225_600_000],
      ['c', [], 1_767_225_600_000],
      ['d', ['chart'], 1_767_225_600_000],
      ['e', [`sha256-${'b'.repeat(64)}`], 1_767_225_600_000],
    ],
  );
  await assertResumable(repositoriesOf(ecr, access));
  await assertResumable(imagesOf(ecr, access, 'team/app'));
});

test('pulling gets the password of twelve hours, once', async (t) => {
  const { access, seen } = await open(t);
  const finder = ecr.credentials(access);
  for (const repository of ['base', 'team/app']) {
    const { credentials } = await finder({ registry: host, repository });
    assert.deepEqual(credentials, { kind: 'password', username: 'AWS', password: 'pull-password', from: 'AWS' });
  }
  assert.equal(seen.length, 1);
});

test('a role of another account is assumed, and its session signs from then on', async (t) => {
  const { access, seen } = await open(t, { roleArn: role.arn });
  assert.equal((await allImages(ecr, access, 'team/app')).length, 5);
  assert.equal(seen.filter((one) => one.includes('sts.')).length, 1);
});

const refusals: readonly [what: string, changes: object, known: Partial<AwsContent>, message: RegExp][] = [
  ['a wrong secret', { secretAccessKey: 'x' }, {}, /secret of the access key is wrong/],
  ['an unknown key', { accessKeyId: 'AKIAOTHER' }, {}, /no such access key/],
  ['an expired session', {}, { keys: [{ id: 'AKIAOWN', secret: 'own-secret', expired: true }] }, /has expired/],
  ['a role that may not be assumed', { roleArn: 'arn:aws:iam::1:role/x' }, {}, /assume that role/],
  [
    'a wrong secret before a role',
    { roleArn: role.arn, secretAccessKey: 'x' },
    {},
    /secret of the access key is wrong/,
  ],
  ['missing rights', {}, { denied: true }, /Allow it ecr:GetAuthorizationToken/],
  ['another account', {}, { account: '999999999999' }, /no registry of that account/],
];

for (const [what, changes, known, message] of refusals) {
  test(`${what} is told with what to do, and without secrets`, async (t) => {
    const { access } = await open(t, changes, known);
    await assertRefused(ecr, access, { tells: message, hides: /own-secret|role-secret|role-session/ });
  });
}

test('a repository that is not there is told apart', async (t) => {
  const { access } = await open(t);
  await assert.rejects(allImages(ecr, access, 'none'), { code: 'NOT_FOUND' });
});
