import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { listenOnLoopback } from '../../../test/support/loopback.ts';
import { placeImages } from '../../store/placements.ts';
import { addRegistry } from '../../store/registries.ts';
import { openTestContext } from '../testing/test-context.ts';
import { connectRegistry } from './connect-registry.ts';
import { forgetMissing, forgetRepositories } from './forget-missing.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

/** A registry that still has some digests, without tags, and in which four images were known an hour ago. */
async function open(t: TestContext, held: string, refuses = false) {
  const asked: string[] = [];
  const server = createServer(({ method, url = '' }, response) => {
    asked.push(`${method} ${url.slice(0, 40)}`);
    const found = [...held].find((letter) => url.endsWith(digest(letter)));
    if (refuses) response.writeHead(403).end();
    else response.writeHead(found ? 200 : 404, found ? { 'docker-content-digest': digest(found) } : {}).end();
  });
  const host = `127.0.0.1:${await listenOnLoopback(server)}`;
  const context = await openTestContext();
  const connected = await connectRegistry({
    ...{ id: 1, name: 'prod', kind: 'distribution', host, signIn: { method: 'anonymous' }, plainHttp: true },
    ...{ requestsPerSecond: 1_000, include: [], exclude: [], tags: [], repositories: [], allow: ['127.0.0.1'] },
  });
  t.after(async () => {
    await connected.close();
    server.closeAllConnections();
    server.close();
    await context.close();
  });
  const row = {
    name: 'prod',
    kind: 'distribution',
    host,
    settings: {},
    secrets: null,
    notificationSecret: Buffer.alloc(1),
  };
  const registry = (await addRegistry(context.store, row))?.id ?? 0;
  const now = Date.now();
  const place = (letter: string, repository: string, minutesAgo: number) =>
    placeImages(context.store, {
      ...{ registry, host, repository, at: new Date(now - minutesAgo * 60_000), cause: 'push' },
      images: [{ digest: digest(letter), tags: [`t${letter}`] }],
    });
  for (const letter of 'abc') await place(letter, 'team/app', 60);
  await place('d', 'team/app', 0);
  const look = { registry, connected, began: new Date(now - 60_000) };
  const left = async () => {
    const rows = await context.store
      .selectFrom('placement')
      .innerJoin('image', 'image.id', 'placement.image')
      .select('digest')
      .where('deleted', 'is', null)
      .orderBy('digest')
      .execute();
    return rows.map((one) => one.digest.slice(7, 8)).join('');
  };
  const tags = async () =>
    (await context.store.selectFrom('tag').select('name').orderBy('name').execute()).map(({ name }) => name).join(' ');
  return { context, look, asked, place, left, tags };
}

const seen = (letters: string, repository = 'team/app') => ({
  repository,
  digests: new Set([...letters].map(digest)),
  tags: new Set([...letters].map((letter) => `t${letter}`)),
});

test('an image that lost its tag stays as long as the registry has it; one that it has not goes', async (t) => {
  const { context, look, asked, left, tags } = await open(t, 'ab');
  const gone = await forgetMissing(context, look, seen('a'));
  assert.equal(gone.length, 1);
  assert.equal(await left(), 'abd', 'what was pushed since the look began is not missed');
  assert.equal(await tags(), 'ta td');
  assert.equal(asked.length, 2, 'what was seen is not asked for');
});

test('a refusal is no answer', async (t) => {
  const { context, look, left } = await open(t, '', true);
  assert.deepEqual(await forgetMissing(context, look, seen('a')), []);
  assert.equal(await left(), 'abcd');
});

test('a repository that a whole look did not find is asked for, one that filters leave out is not', async (t) => {
  const { context, look, asked, place, left } = await open(t, 'a');
  await place('e', 'kept/app', 60);
  await place('f', 'left/out', 60);
  const gone = await forgetRepositories(context, look, new Set(['kept/app']), (name) => name !== 'left/out');
  assert.equal(gone.length, 3);
  assert.equal(await left(), 'ade');
  assert.ok(asked.length === 3 && asked.every((one) => one.startsWith('HEAD /v2/team/app/manifests/')));
});
