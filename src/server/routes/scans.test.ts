import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { placeImages } from '../../store/placements.ts';
import { addRegistry } from '../../store/registries.ts';
import { type AssessingServer, openAssessingServer } from '../testing/assessing-server.ts';
import type { TestServer } from '../testing/start-test-server.ts';

const packed = readFileSync(resolve(import.meta.dirname, '../../../data/demo.json.zst'));
const documents = JSON.parse(zstdDecompressSync(packed).toString()) as Record<string, object>;
const document = JSON.stringify(documents.alpine);

describe('scans that are made elsewhere', () => {
  let opened: AssessingServer;
  let server: TestServer;
  before(async () => {
    opened = await openAssessingServer();
    server = opened.server;
    await addRegistry(opened.store, {
      name: 'prod',
      kind: 'distribution',
      host: 'registry.example',
      settings: {},
      secrets: null,
      notificationSecret: Buffer.from('x'),
    });
  });
  after(() => opened?.close());

  it('are recorded with findings made here, and shown at their page', async () => {
    const analyst = await server.as('analyst');

    const problems = [{ code: 'file-corrupt', where: 'x', message: 'y' }];
    const answer = await analyst.send('POST', '/scans', {
      name: 'registry.example/team/alpine:3.10',
      document,
      problems,
    });

    assert.equal(answer.statusCode, 201, answer.body);
    const { digest, path, counts } = answer.json();
    assert.equal(path, `/images/${digest}`);
    assert.ok(counts.critical + counts.high > 0);
    const image = (await analyst.get(`/images/${digest}`)).json();
    assert.equal(image.state, 'scanned');
    assert.ok(image.problemList.some(({ code }: { code: string }) => code === 'file-corrupt'));
  });

  it('are taken from a pipeline whose token covers the repository, and from no other', async () => {
    const within = (value: string) => server.as([{ role: 'analyst', scope: { kind: 'repository', value } }]);
    const name = 'registry.example/team/alpine:3.10';

    assert.equal((await (await within('prod/team/*')).send('POST', '/scans', { name, document })).statusCode, 201);
    assert.equal((await (await within('prod/other/*')).send('POST', '/scans', { name, document })).statusCode, 403);
    const elsewhere = { name: 'other.example/team/alpine:3.10', document };
    assert.equal((await (await within('prod/team/*')).send('POST', '/scans', elsewhere)).statusCode, 403);
  });

  it('replace nothing that also lies where the pipeline does not decide', async () => {
    const { store } = opened;
    const analyst = await server.as('analyst');
    const everything = await analyst.send('POST', '/scans', { name: 'registry.example/team/alpine:3.10', document });
    const { digest, counts } = everything.json();
    const registry = await store.selectFrom('registry').select('id').executeTakeFirstOrThrow();
    const place = { registry: registry.id, host: 'registry.example', repository: 'payments/base' };
    await placeImages(store, { ...place, images: [{ digest, tags: ['1'] }], at: new Date(), cause: 'push' });
    const emptied = JSON.stringify({ ...documents.alpine, components: [] });
    const within = (value: string) => server.as([{ role: 'analyst', scope: { kind: 'repository', value } }]);

    for (const name of ['registry.example/team/alpine:3.10', 'registry.example/own/app:1']) {
      const scoped = await within(name.includes('/own/') ? 'prod/own/*' : 'prod/team/*');
      const answer = await scoped.send('POST', '/scans', { name, document: emptied });
      assert.equal(answer.statusCode, 403, answer.body);
      assert.match(answer.json().detail, /lies where your role does not reach/);
    }
    assert.equal((await (await within('prod/own/*')).get(`/images/${digest}`)).statusCode, 404);
    assert.deepEqual((await analyst.get(`/images/${digest}`)).json().counts, counts);
    const both = await server.as(
      ['prod/team/*', 'prod/payments/*'].map((value) => ({ role: 'analyst', scope: { kind: 'repository', value } })),
    );
    const name = 'registry.example/team/alpine:3.10';
    assert.equal((await both.send('POST', '/scans', { name, document })).statusCode, 201);
  });

  it('are refused when they are no package list, or of nothing that has a digest', async () => {
    const analyst = await server.as('analyst');
    const nameless = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components: [] });

    const broken = await analyst.send('POST', '/scans', { name: 'a/b:1', document: 'not a document' });
    const directory = await analyst.send('POST', '/scans', { name: 'a/b:1', document: nameless });

    assert.ok(broken.statusCode >= 400 && broken.statusCode < 500, broken.body);
    assert.equal(directory.statusCode, 400);
    assert.match(directory.json().detail, /says no digest/);
  });

  it('cannot be asked for again where there is nothing to pull; what lies in a registry can', async () => {
    const analyst = await server.as('analyst');
    const { store } = opened;
    const digest = `sha256:${'7'.repeat(64)}`;
    const registry = await store.selectFrom('registry').select('id').executeTakeFirstOrThrow();
    const images = [{ digest, tags: ['1'] }];
    const place = { registry: registry.id, host: 'registry.example', repository: 'team/app' };
    await placeImages(store, { ...place, images, at: new Date(), cause: 'push' });
    const uploaded = (await analyst.send('POST', '/scans', { name: 'other.example/a:1', document })).json().digest;

    assert.equal((await analyst.send('POST', `/images/${digest}/rescan`)).statusCode, 202);
    assert.equal((await analyst.send('POST', `/images/sha256:${'8'.repeat(64)}/rescan`)).statusCode, 404);
    assert.ok([202, 409].includes((await analyst.send('POST', `/images/${uploaded}/rescan`)).statusCode));
  });
});
