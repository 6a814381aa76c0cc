import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type PushRegistry, startPushRegistry } from '../support/push-registry.ts';
import { pushBlob, pushManifest } from '../support/push-to-registry.ts';
import { runBreakwater } from '../support/run-breakwater.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { sha256, tarOf } from '../support/tar.ts';
import { until } from '../support/until.ts';
import { needs } from './programs.ts';

const oci = 'application/vnd.oci.image';

interface Registry {
  readonly images: Record<string, number>;
  readonly artifacts: readonly { readonly kind: string; readonly count: number }[];
  readonly lastCrawl?: string;
}

/** A registry as teams really have it: images with signatures and provenance, and charts beside them. */
describe('a registry that holds more than images', needs('docker-registry'), () => {
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

  const described = async (repository: string, mediaType: string, content: Buffer) => {
    await pushBlob(registry.host, repository, content);
    return { mediaType, digest: sha256(content), size: content.length };
  };
  const push = async (
    repository: string,
    tag: string,
    config: readonly [string, object],
    layer: readonly [string, Buffer],
  ) => {
    const manifest = JSON.stringify({
      ...{ schemaVersion: 2, mediaType: `${oci}.manifest.v1+json` },
      config: await described(repository, config[0], Buffer.from(JSON.stringify(config[1]))),
      layers: [await described(repository, ...layer)],
    });
    await pushManifest(registry.host, repository, tag, manifest);
    return { mediaType: `${oci}.manifest.v1+json`, digest: sha256(Buffer.from(manifest)), size: manifest.length };
  };
  const document = (mediaType: string, value: object) => {
    const content = Buffer.from(JSON.stringify(value));
    const rootfs = { type: 'layers', diff_ids: [sha256(content)] };
    return { layer: [mediaType, content], rootfs } as const;
  };
  const total = async (query: string) => (await server.api<{ total: number }>('GET', `/images?${query}`)).total;
  const known = () => server.api<Registry>('GET', '/registries/local');
  const scans = async () =>
    (await server.api<{ items: { state: string }[] }>('GET', '/jobs?kind=scan&limit=100')).items;

  it('counts images as images, tells what else there is, and fails at nothing', async () => {
    const image = await registry.push('team/app', '1.0');
    const signature = document('application/vnd.dev.cosign.simplesigning.v1+json', { critical: {}, optional: null });
    const signatureConfig = { architecture: '', os: '', config: {}, rootfs: signature.rootfs };
    await push(
      'team/app',
      `${image.replace(':', '-')}.sig`,
      [`${oci}.config.v1+json`, signatureConfig],
      signature.layer,
    );
    const statement = document('application/vnd.in-toto+json', { _type: 'https://in-toto.io/Statement/v0.1' });
    const statementConfig = { architecture: 'unknown', os: 'unknown', config: {}, rootfs: statement.rootfs };
    await push('team/app', 'provenance', [`${oci}.config.v1+json`, statementConfig], statement.layer);
    await push(
      'charts/web',
      '1.0.0',
      ['application/vnd.cncf.helm.config.v1+json', { name: 'web', version: '1.0.0', apiVersion: 'v2' }],
      [
        'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
        gzipSync(tarOf([{ path: 'web/Chart.yaml', content: 'apiVersion: v2\nname: web\nversion: 1.0.0\n' }])),
      ],
    );

    const settings = { name: 'local', kind: 'distribution', host: registry.host, plainHttp: true, pollMinutes: 0 };
    await server.api('POST', '/registries', settings);
    await until(async () => (await scans()).filter(({ state }) => state === 'done').length === 4);

    const { images, artifacts } = await known();
    assert.deepEqual(images, { known: 1, scanned: 1, failed: 0, queued: 0 });
    assert.deepEqual(
      artifacts.map(({ kind, count }) => `${count} ${kind}`),
      ['1 attestation', '1 helm-chart', '1 signature'],
    );
    assert.deepEqual([await total(''), await total('state=artifact'), await total('state=failed')], [1, 3, 0]);
    const overview = await server.api<{ images: Record<string, number>; gaps: { code: string }[] }>('GET', '/overview');
    assert.deepEqual([overview.images.total, overview.images.failed], [1, 0]);
    assert.ok(!overview.gaps.some(({ code }) => code === 'images-failed'));
  });

  it('is not asked for them again when it is looked through again', async () => {
    const before = await known();
    await server.api('POST', '/registries/local/crawl');
    await until(async () => (await known()).lastCrawl !== before.lastCrawl);

    assert.equal((await scans()).length, 4);
  });

  it('gives a chart to nobody who wants to scan an image', async () => {
    const { code, error } = await runBreakwater(['scan', '--plain-http', `${registry.host}/charts/web:1.0.0`]);

    assert.notEqual(code, 0);
    assert.match(
      error,
      /\/charts\/web:1\.0\.0 is a Helm chart, not an image .*Scan the images that it installs.* \[NOT_AN_IMAGE\]/,
    );
  });
});
