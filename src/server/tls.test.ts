import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { listenOnLoopback } from '../../test/support/loopback.ts';
import { serverConfig } from './config.ts';
import { openTls } from './tls.ts';

const folder = mkdtempSync(join(tmpdir(), 'breakwater-tls-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let nth = 0;
function config(settings: object) {
  nth += 1;
  return serverConfig.parse({ dataDir: join(folder, String(nth)), ...settings });
}

test('a loopback address speaks plain HTTP, unless told otherwise', async () => {
  assert.equal(await openTls(config({ listen: '127.0.0.1:8443' })), undefined);
  assert.equal(await openTls(config({ listen: '[::1]:8443' })), undefined);
});

for (const listen of ['0.0.0.0:80', '[::]:80', '192.0.2.1:80', 'breakwater.example:80'])
  test(`plain HTTP on ${listen} is refused`, async () => {
    await assert.rejects(openTls(config({ listen, tls: { mode: 'off' } })), { code: 'CONFIG_INVALID' });
  });

test('our own authority vouches for every name of the server, and a client that trusts it connects', async () => {
  const tls = await openTls(config({ listen: '0.0.0.0:8443', publicUrl: 'https://scan.example/' }));
  assert.ok(tls?.authority);

  const certificate = new X509Certificate(tls.cert);
  assert.ok(
    certificate.checkHost('scan.example') && certificate.checkHost('localhost') && certificate.checkIP('127.0.0.1'),
  );
  const server = createServer({ cert: tls.cert, key: tls.key }, (_request, response) => response.end('hello'));
  const port = await listenOnLoopback(server);
  const ask = (ca: string | undefined) =>
    new Promise<string>((resolve, reject) => {
      get({ host: '127.0.0.1', port, ...(ca && { ca }) }, (response) => {
        response.resume();
        resolve(String(response.statusCode));
      }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? reject(error) ?? ''));
    });
  assert.equal(await ask(tls.authority), '200');
  assert.equal(await ask(undefined), 'SELF_SIGNED_CERT_IN_CHAIN');
  server.close();
});

test('a certificate is kept until it is about to end, and its authority longer', async () => {
  const settings = config({ listen: '0.0.0.0:8443' });
  const in50 = new Date(Date.now() + 50 * 86_400_000);
  const in70 = new Date(Date.now() + 70 * 86_400_000);

  const [first, kept, renewed] = [
    await openTls(settings),
    await openTls(settings, in50),
    await openTls(settings, in70),
  ];

  assert.equal(kept?.cert, first?.cert);
  assert.notEqual(renewed?.cert, first?.cert);
  assert.equal(renewed?.authority, first?.authority);
  assert.equal(statSync(join(settings.dataDir, 'secrets/ca.key')).mode & 0o777, 0o600);
  assert.equal(statSync(join(settings.dataDir, 'secrets')).mode & 0o777, 0o700);
});

test('another name makes another certificate', async () => {
  const settings = config({ listen: '0.0.0.0:8443' });
  const first = await openTls(settings);

  const second = await openTls({ ...settings, publicUrl: 'https://new.example' });

  assert.notEqual(second?.cert, first?.cert);
  assert.ok(new X509Certificate(second?.cert ?? '').checkHost('new.example'));
});

test('files that do not fit are refused with the setting that names them', async () => {
  const own = await openTls(config({ listen: '0.0.0.0:8443' }));
  const other = await openTls(config({ listen: '0.0.0.0:8443' }));
  const path = (name: string, text = '') => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const certFile = path('a.crt', own?.cert);
  const keyFile = path('a.key', own?.key);
  const files = (tls: object) => openTls(config({ tls: { mode: 'files', ...tls } }));

  assert.equal((await files({ certFile, keyFile }))?.key, own?.key);
  await assert.rejects(files({ certFile }), /tls\.keyFile/);
  await assert.rejects(files({ certFile, keyFile: join(folder, 'none') }), /tls\.keyFile cannot be read/);
  await assert.rejects(files({ certFile: path('b.crt', 'garbage'), keyFile }), /tls\.certFile/);
  await assert.rejects(files({ certFile, keyFile: path('b.key', other?.key) }), /not that of the certificate/);
});
