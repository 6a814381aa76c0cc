import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createHttpClient, type HttpOptions, readBody } from './http.ts';

async function startServer(t: TestContext, listener: RequestListener, where: string | number = 0): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    if (typeof where === 'string') server.listen(where, resolve);
    else server.listen(where, '127.0.0.1', resolve);
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return typeof where === 'string' ? where : `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function clientFor(t: TestContext, options: Partial<HttpOptions> = {}) {
  const client = await createHttpClient({ timeoutMs: 2000, ...options });
  t.after(client.close);
  return client;
}

test('a request goes out as it was asked for, and the answer comes back whatever its status', async (t) => {
  const host = await startServer(t, (request, response) => {
    response.writeHead(418, { 'x-one': 'a', 'x-two': ['b', 'c'] });
    request.pipe(response);
    assert.equal(request.headers['accept-encoding'], 'identity');
  });
  const client = await clientFor(t);

  const response = await client.send({ url: new URL(`http://${host}/x`), method: 'POST', body: 'echo' });

  assert.equal(response.status, 418);
  assert.deepEqual(
    [response.header('x-one'), response.header('x-two'), response.header('x-three')],
    ['a', 'b, c', undefined],
  );
  assert.equal((await readBody(response, 4, 1000))?.toString(), 'echo');
});

test('a body is read up to the limit and no further, whether or not it says its length', async (t) => {
  const host = await startServer(t, (request, response) => {
    if (request.url === '/stated') response.setHeader('content-length', 6);
    response.write('abc');
    response.end('def');
  });
  const client = await clientFor(t);

  for (const path of ['stated', 'silent']) {
    const url = new URL(`http://${host}/${path}`);
    assert.equal((await readBody(await client.send({ url }), 6, 1000))?.toString(), 'abcdef');
    assert.equal(await readBody(await client.send({ url }), 5, 1000), undefined);
  }
});

test('silence before the answer, and a drip within it, end as time-outs', async (t) => {
  const host = await startServer(t, (request, response) => {
    if (request.url === '/silent') return;
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  });
  const client = await clientFor(t, { timeoutMs: 300 });

  await assert.rejects(client.send({ url: new URL(`http://${host}/silent`) }), { code: 'ETIMEDOUT' });
  const dripping = await client.send({ url: new URL(`http://${host}/drip`) });
  await assert.rejects(readBody(dripping, 1e6, 60_000), { code: 'ETIMEDOUT' });
  const again = await client.send({ url: new URL(`http://${host}/drip`) });
  await assert.rejects(readBody(again, 1e6, 100), { code: 'ETIMEDOUT' });
});

test('a proxy is asked for whole addresses, with the credentials of its own', async (t) => {
  const proxy = await startServer(t, (request, response) => {
    response.end(JSON.stringify([request.url, request.headers['proxy-authorization'], request.headers.host]));
  });
  const client = await clientFor(t, {
    proxyVariables: { http_proxy: `http://me:p%40ss@${proxy}`, NO_PROXY: 'direct.invalid' },
  });

  const response = await client.send({ url: new URL('http://registry.invalid/v2/') });

  const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
  const seen = JSON.parse(String(await readBody(response, 1000, 1000)));
  assert.deepEqual(seen, ['http://registry.invalid/v2/', basic, 'registry.invalid']);
  await assert.rejects(client.send({ url: new URL('http://direct.invalid/') }), /ENOTFOUND|EAI_AGAIN/);
});

test('a Unix socket is used whatever host the address names', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'breakwater-test-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const socketPath = await startServer(t, (request, response) => response.end(request.url), join(directory, 'socket'));
  const client = await clientFor(t, { socketPath });

  const response = await client.send({ url: new URL('http://localhost/images/json') });

  assert.equal(String(await readBody(response, 1000, 1000)), '/images/json');
});
