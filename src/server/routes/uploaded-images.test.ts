import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { digestsNotAmong } from '../../store/not-found-again.ts';
import { placeImages } from '../../store/placements.ts';
import { addRegistry, removeRegistry } from '../../store/registries.ts';
import { removeImages } from '../../store/remove-images.ts';
import { settlePlacements } from '../../store/settle-placements.ts';
import { type AssessingServer, openAssessingServer } from '../testing/assessing-server.ts';
import type { TestServer } from '../testing/start-test-server.ts';

const packed = readFileSync(resolve(import.meta.dirname, '../../../data/demo.json.zst'));
const documents = JSON.parse(zstdDecompressSync(packed).toString()) as Record<string, { metadata: object }>;
const scanned = 'af341ccd2df8b0e2d67cf8dd32e087bfda4e5756ebd1c76bbf3efa0dc246590e';

/** As a scan of an archive of `docker save` says it: the digest of the configuration, and no manifest. */
const archive = (letter: string, more: object = {}) =>
  JSON.stringify({ ...documents.alpine, ...more }).replaceAll(scanned, letter.repeat(64));
/** As a scan of what is built and will be pushed says it. */
const manifest = (letter: string) =>
  archive(letter).replace('breakwater:image:configDigest', 'breakwater:image:manifestDigest');
const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`;

describe('an uploaded image that no registry told of', () => {
  let opened: AssessingServer;
  let server: TestServer;
  before(async () => {
    opened = await openAssessingServer();
    server = opened.server;
    await add('prod', 'registry.example');
  });
  after(() => opened?.close());

  async function add(name: string, host: string): Promise<number> {
    const secrets = { secrets: null, notificationSecret: Buffer.from('x') };
    const row = await addRegistry(opened.store, { name, kind: 'distribution', host, settings: {}, ...secrets });
    return row?.id ?? 0;
  }
  const within = (...values: string[]) =>
    server.as(values.map((value) => ({ role: 'analyst', scope: { kind: 'repository', value } })));
  const upload = async (client: Awaited<ReturnType<typeof within>>, name: string, document: string) =>
    (await client.send('POST', '/scans', { name, document })).statusCode;
  const place = async (repository: string) => {
    const { id } = await opened.store
      .selectFrom('registry')
      .select('id')
      .where('name', '=', 'prod')
      .executeTakeFirstOrThrow();
    return { registry: id, host: 'registry.example', repository };
  };
  const tell = async (repository: string, digest: string) =>
    placeImages(opened.store, {
      ...(await place(repository)),
      images: [{ digest, tags: [] }],
      at: new Date(),
      cause: 'push',
    });

  it('is shown to those who may see the repository it was uploaded for, and to nobody else', async () => {
    const [team, other, admin] = [await within('prod/team/*'), await within('prod/other/*'), await server.as('admin')];
    const name = 'registry.example/team/app:1.2';

    const answer = await team.send('POST', '/scans', { name, document: archive('a') });

    assert.equal(answer.statusCode, 201, answer.body);
    const page = await team.get(answer.json().path);
    assert.equal(page.statusCode, 200, page.body);
    assert.equal(page.json().name, name);
    assert.deepEqual(page.json().locations, [{ registry: 'prod', repository: 'team/app', tags: [], uploaded: name }]);
    assert.equal((await team.get('/images?q=app:1.2')).json().total, 1);
    assert.ok((await team.get(`/images/${digestOf('a')}/findings`)).json().items.length > 0);
    assert.equal((await other.get(answer.json().path)).statusCode, 404);
    assert.equal((await other.get('/images')).json().total, 0);
    assert.equal((await admin.get(answer.json().path)).statusCode, 200);
    assert.equal((await team.send('POST', `${answer.json().path}/rescan`)).statusCode, 409);
  });

  it('is not seen, nor replaced, by uploading it for a repository of somebody else', async () => {
    const [team, other] = [await within('prod/team/*'), await within('prod/other/*')];
    const counts = async () => (await team.get(`/images/${digestOf('b')}`)).json().counts;
    assert.equal(await upload(team, 'registry.example/team/app:2', archive('b')), 201);
    const before = await counts();

    for (const name of ['registry.example/other/app:2', 'registry.example/team/app:2', 'elsewhere.example/team/app:2'])
      assert.equal(await upload(other, name, archive('b', { components: [] })), 403, name);

    assert.equal((await other.get(`/images/${digestOf('b')}`)).statusCode, 404);
    assert.deepEqual(await counts(), before);
  });

  it('names its place to each as they may know it', async () => {
    const [team, admin] = [await within('prod/team/*'), await server.as('admin')];
    assert.equal(await upload(team, 'registry.example/team/app:3', archive('c')), 201);
    assert.equal(await upload(admin, 'registry.example/secret/plan:3', archive('c')), 201);

    const shown = (await team.get(`/images/${digestOf('c')}`)).body;

    assert.match(shown, /registry\.example\/team\/app:3/);
    assert.doesNotMatch(shown, /secret/);
    assert.equal((await team.get('/images?q=secret')).json().total, 0);
    assert.equal((await (await within('prod/secret/*')).get(`/images/${digestOf('c')}`)).statusCode, 200);
  });

  it('is seen where it lies as soon as a registry tells of it, not where it was said to belong', async () => {
    const [own, payments] = [await within('prod/own/*'), await within('prod/payments/*')];
    assert.equal(await upload(own, 'registry.example/own/app:1', archive('d')), 201);

    await tell('payments/base', digestOf('d'));

    assert.equal((await own.get(`/images/${digestOf('d')}`)).statusCode, 404);
    assert.equal((await payments.get(`/images/${digestOf('d')}`)).statusCode, 200);
    assert.equal(await upload(own, 'registry.example/own/app:1', archive('d')), 403);
  });

  it('is seen no longer by who uploaded its manifest before a registry told of it elsewhere', async () => {
    const [own, payments] = [await within('prod/own/*'), await within('prod/payments/*')];
    assert.equal(await upload(own, 'registry.example/own/early:1', manifest('2')), 201);
    assert.equal((await own.get(`/images/${digestOf('2')}`)).statusCode, 200);

    await tell('payments/late', digestOf('2'));

    assert.equal((await own.get(`/images/${digestOf('2')}`)).statusCode, 404);
    assert.equal((await own.get('/images?q=early')).json().total, 0);
    const { name, locations } = (await payments.get(`/images/${digestOf('2')}`)).json();
    assert.equal(name, `registry.example/payments/late@${digestOf('2')}`);
    assert.deepEqual(
      locations.map(({ repository }: { repository: string }) => repository),
      ['payments/late'],
    );
    assert.equal(await upload(own, 'registry.example/own/early:1', manifest('2')), 403);
  });

  it('lies there like any other once the registry tells what the upload said', async () => {
    const team = await within('prod/team/*');
    const page = async () => (await team.get(`/images/${digestOf('3')}`)).json();
    const name = 'registry.example/team/built:1';
    assert.equal(await upload(team, name, manifest('3')), 201);
    assert.deepEqual([(await page()).name, (await page()).locations[0].uploaded], [name, name]);
    assert.equal((await team.send('POST', `/images/${digestOf('3')}/rescan`)).statusCode, 202);

    await tell('team/built', digestOf('3'));

    assert.deepEqual([(await page()).name, (await page()).locations[0].uploaded], [name, undefined]);
    const history = (await team.get(`/images/${digestOf('3')}/history?change=pushed`)).json().items;
    assert.equal(history.length, 1);
    assert.equal(await upload(team, name, manifest('3')), 201);
    assert.equal((await page()).locations[0].uploaded, undefined, 'an upload does not take back what a registry told');
  });

  it('goes when the repository is looked through and its manifest is not there', async () => {
    const { store } = opened;
    const team = await within('prod/team/*');
    assert.equal(await upload(team, 'registry.example/team/never:1', manifest('4')), 201);
    const { registry, repository } = await place('team/never');
    const later = new Date(Date.now() + 60_000);

    const missing = await digestsNotAmong(store, { registry, repository }, new Set(), later);
    assert.deepEqual(missing, [digestOf('4')]);
    const { images } = await removeImages(store, { registry, repository, at: later }, { digests: missing });

    assert.equal(images.length, 1);
    assert.equal((await team.get(`/images/${digestOf('4')}`)).statusCode, 404);
  });

  it('takes no exception along from where it was said to belong', async () => {
    const [own, payments, admin] = [
      await within('prod/own/*'),
      await within('prod/payments/*'),
      await server.as('admin'),
    ];
    const counts = async () => (await admin.get(`/images/${digestOf('1')}`)).json().counts;
    assert.equal(await upload(own, 'registry.example/own/app:2', archive('1')), 201);
    const before = await counts();
    const scope = { registry: 'prod', repository: 'own/*', package: 'busybox' };
    const asked = await own.send('POST', '/exceptions', { scope, reason: 'It is not run.', kind: 'mitigated' });
    await admin.send('POST', `/exceptions/${asked.json().id}/decision`, { decision: 'approve' });
    assert.notDeepEqual(await counts(), before, 'an exception of its place holds for it');

    await tell('payments/vault', digestOf('1'));
    assert.equal(await upload(payments, 'registry.example/payments/vault:1', archive('1')), 201);

    assert.deepEqual(await counts(), before);
  });

  it('gives nothing away of what a registry had and has no more', async () => {
    const { store } = opened;
    const [own, admin] = [await within('prod/own/*'), await server.as('admin')];
    await tell('payments/gone', digestOf('e'));
    const gone = await removeImages(
      store,
      { ...(await place('payments/gone')), at: new Date() },
      { digests: [digestOf('e')] },
    );
    await settlePlacements(store, gone.images, new Date());

    assert.equal(await upload(own, 'registry.example/own/app:1', archive('e')), 403);
    assert.equal(await upload(admin, 'registry.example/own/app:1', archive('e')), 201);
    await settlePlacements(store, 'all', new Date());

    assert.equal((await own.get(`/images/${digestOf('e')}`)).statusCode, 404);
  });

  it('stays when the repository is looked through, and when its registry is disconnected', async () => {
    const { store } = opened;
    const [team, admin] = [await within('brief/team/*'), await server.as('admin')];
    const registry = await add('brief', 'brief.example');
    assert.equal(await upload(team, 'brief.example/team/app:1', archive('f')), 201);
    const later = new Date(Date.now() + 60_000);

    assert.deepEqual(await digestsNotAmong(store, { registry, repository: 'team/app' }, new Set(), later), []);
    assert.equal((await team.get(`/images/${digestOf('f')}`)).statusCode, 200);
    const removed = await removeRegistry(store, { name: 'brief', at: later });

    assert.equal(removed, 'removed');
    assert.equal((await team.get(`/images/${digestOf('f')}`)).statusCode, 404);
    assert.ok((await admin.get(`/images/${digestOf('f')}`)).json().counts.high > 0);
  });
});
