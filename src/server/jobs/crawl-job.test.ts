import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { listenOnLoopback } from '../../../test/support/loopback.ts';
import { openJob } from '../../store/jobs.ts';
import { addRegistry } from '../../store/registries.ts';
import { openTestContext } from '../testing/test-context.ts';
import { runCrawlJob } from './crawl-job.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

/** A registry whose tags are these: `{ 'team/app': { '1': 'a' } }`; a repository without any may not be read. */
async function open(t: TestContext) {
  let content: Record<string, Record<string, string> | undefined> = {};
  const server = createServer(({ url = '' }, response) => {
    const { pathname } = new URL(url, 'http://registry');
    const [, repository = '', what, name = ''] = /^\/v2\/(.+)\/(tags|manifests)\/([^/]+)$/.exec(pathname) ?? [];
    const tags = content[repository];
    const answer = (value: object) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (pathname === '/v2/_catalog') return answer({ repositories: Object.keys(content) });
    if (!(repository in content)) return response.writeHead(404).end();
    if (!tags) return response.writeHead(403).end();
    if (what === 'tags') return answer({ tags: Object.keys(tags) });
    const letter = tags[name] ?? Object.values(tags).find((one) => digest(one) === name);
    return letter
      ? response.writeHead(200, { 'docker-content-digest': digest(letter) }).end()
      : response.writeHead(404).end();
  });
  const host = `127.0.0.1:${await listenOnLoopback(server)}`;
  const context = await openTestContext({ config: { network: { allow: ['127.0.0.1'], proxies: [] } } });
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await context.close();
  });
  const { store } = context;
  const settings = {
    include: [],
    exclude: [],
    tags: [],
    repositories: [],
    pollMinutes: 60,
    requestsPerSecond: 1_000,
    plainHttp: true,
  };
  const row = {
    name: 'prod',
    kind: 'distribution',
    host,
    settings,
    secrets: null,
    notificationSecret: Buffer.alloc(1),
  };
  const registry = (await addRegistry(store, row))?.id ?? 0;
  return {
    context,
    crawl: async (now: typeof content) => {
      content = now;
      const { id } = await openJob(store, { kind: 'crawl', subject: 'prod', registry, because: 'asked' });
      await runCrawlJob(id, { context, scanner: '1' });
      const job = await store.selectFrom('job').select('state').where('id', '=', id).executeTakeFirstOrThrow();
      const found = await store.selectFrom('registry').select(['failure', 'crawl_state']).executeTakeFirstOrThrow();
      const places = await store
        .selectFrom('placement')
        .innerJoin('repository', 'repository.id', 'placement.repository')
        .innerJoin('image', 'image.id', 'placement.image')
        .select(['repository.name', 'image.digest'])
        .where('deleted', 'is', null)
        .orderBy('repository.name')
        .orderBy('image.digest')
        .execute();
      return { ...job, ...found, places: places.map((one) => `${one.name}@${one.digest.slice(7, 8)}`) };
    },
  };
}

test('a look finds what is there and forgets what is gone, and what may not be read keeps what was known', async (t) => {
  const { crawl } = await open(t);

  const first = await crawl({ 'team/app': { '1': 'a', '2': 'b' }, 'team/web': { '1': 'c' }, 'team/old': { '1': 'd' } });
  assert.deepEqual(first, {
    ...{ state: 'done', failure: null, crawl_state: null },
    places: ['team/app@a', 'team/app@b', 'team/old@d', 'team/web@c'],
  });

  const second = await crawl({ 'team/app': { '1': 'a' }, 'team/web': undefined });
  assert.deepEqual([second.state, second.places], ['done', ['team/app@a', 'team/web@c']]);
  const failure = second.failure as { code: string; message: string };
  assert.equal(failure.code, 'AUTHENTICATION_FAILED');
  assert.match(failure.message, /^1 of 2 repositories could not be read\. The first: .*team\/web/);

  const third = await crawl({ 'team/app': { '1': 'a' }, 'team/web': { '1': 'c' } });
  assert.deepEqual([third.failure, third.places], [null, ['team/app@a', 'team/web@c']]);
});

test('what is no image is looked at once, and again only by a newer version', async (t) => {
  const { context, crawl } = await open(t);
  const signature = { 'team/app': { '1': 'a', [`sha256-${'a'.repeat(64)}.sig`]: 'b' } };
  const looks = async () => {
    const before = context.asked.length;
    await crawl(signature);
    return context.asked.length - before;
  };
  const isArtifact = { state: 'artifact', artifact: 'signature', media_type: 'x/y', scanner: '1' };
  const setAll = (values: object) => context.store.updateTable('image').set(values).execute();

  assert.equal(await looks(), 2);
  await setAll(isArtifact);
  assert.equal(await looks(), 0);
  await setAll({ scanner: '0' });
  assert.equal(await looks(), 2);
});
