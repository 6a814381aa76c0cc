import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type PushRegistry, startPushRegistry } from '../support/push-registry.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { until } from '../support/until.ts';
import { needs } from './programs.ts';

interface Job {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly because: string;
  readonly subject: string;
}

describe('a registry under continuous assessment', needs('docker-registry', 'skopeo'), () => {
  let registry: PushRegistry;
  let server: ServerProcess;
  before(async () => {
    registry = await startPushRegistry();
    server = await startServerProcess({ args: ['--network-allow', '127.0.0.0/8'] });
  });
  after(async () => {
    await registry?.stop();
    await server?.remove();
  });

  const scannedImage = async (digest: string) => {
    const page = await server.api<{ items: Job[] }>('GET', '/jobs?kind=scan&limit=500');
    return page.items.length > 0 && digest !== '' && page.items.every(({ state }) => state !== 'waiting');
  };
  const jobs = async (query: string) => (await server.api<{ items: Job[] }>('GET', `/jobs?limit=500&${query}`)).items;
  const imageOf = (digest: string) =>
    server.api<{ state: string; counts: Record<string, number>; locations: { tags: string[] }[] }>(
      'GET',
      `/images/${digest}`,
    );

  it('finds and scans what is there when it is added', async () => {
    const digests = [await registry.push('team/old', '1'), await registry.push('team/old', '2')];

    const made = await server.api<{ name: string }>('POST', '/registries', {
      name: 'local',
      kind: 'distribution',
      host: registry.host,
      plainHttp: true,
      pollMinutes: 0,
    });

    assert.equal(made.name, 'local');
    await until(async () => (await jobs('kind=scan&state=done')).length === digests.length);
    for (const digest of digests) {
      const image = await imageOf(digest);
      assert.equal(image.state, 'scanned');
      assert.ok((image.counts.critical ?? 0) + (image.counts.high ?? 0) > 0);
    }
  });

  it('scans what is pushed when the registry tells of it, once', async () => {
    const { secret, notificationPath } = await server.api<{ secret: string; notificationPath: string }>(
      'POST',
      '/registries/local/notification-secret',
    );
    await registry.restart({ url: `${server.url}${notificationPath}`, secret });
    const before = (await jobs('kind=scan')).length;

    const digest = await registry.push('team/new', 'latest');

    await until(() => scannedImage(digest));
    await until(async () => (await imageOf(digest).catch(() => undefined))?.state === 'scanned');
    const scans = await jobs('kind=scan');
    assert.equal(scans.length, before + 1);
    assert.equal(scans[0]?.because, 'push');
    assert.deepEqual((await imageOf(digest)).locations[0]?.tags, ['latest']);
  });

  it('moves a tag to the image that has it now, and keeps the other', async () => {
    const first = await registry.push('team/moving', 'stable');
    await until(async () => (await imageOf(first).catch(() => undefined))?.state === 'scanned');

    const second = await registry.push('team/moving', 'stable');

    await until(async () => (await imageOf(second).catch(() => undefined))?.state === 'scanned');
    assert.deepEqual((await imageOf(second)).locations[0]?.tags, ['stable']);
    assert.deepEqual((await imageOf(first)).locations[0]?.tags, []);
  });

  it('takes the findings of a deleted image away when the registry says so', async () => {
    const digest = await registry.push('team/gone', '1');
    await until(async () => (await imageOf(digest).catch(() => undefined))?.state === 'scanned');

    await registry.remove('team/gone', digest);

    await until(async () => {
      const page = await server.api<{ items: unknown[] }>('GET', '/images?q=team/gone');
      return page.items.length === 0;
    });
  });
});
