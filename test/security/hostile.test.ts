import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type JsonSchema, type Operation, operationsOf, valueFor } from './operations.ts';
import { adminPassword, type RunningServer, type Signed, startRunningServer } from './running-server.ts';

let server: RunningServer;
let operations: readonly Operation[];
let admin: Signed;

before(async () => {
  server = await startRunningServer({ rate: { signInsPerMinute: 100_000, requestsPerMinute: 1_000_000 } });
  operations = await operationsOf(server.url);
  admin = await server.session([{ role: 'admin', scope: { kind: 'all' } }]);
});
after(() => server.close());

const injections: readonly string[] = [
  "'; DROP TABLE account; --",
  "' OR '1'='1",
  '") UNION SELECT password FROM account --',
  '1; SELECT pg_sleep(30)',
  '%27%20OR%201=1',
  '#{7*7}{{7*7}}<%= 7*7 %>',
  '<script>alert(1)</script>',
  '$(sleep 30)`sleep 30`|sleep 30',
  '../../../../etc/passwd',
  '%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%_%',
  '*'.repeat(60),
  '(a+)+$'.repeat(20),
  '\\'.repeat(50),
  'a\nb\r\nset-cookie: x=y',
  '\u202e\u0000',
  '\ud800',
  '{"$gt":""}',
  '__proto__',
  'constructor',
  'é'.repeat(100),
];

/** Strings in the place of every string that a body takes, one level of nesting after the other. */
function bodyWith(schema: JsonSchema | undefined, text: string, depth = 0): unknown {
  if (!schema || depth > 6) return text;
  if (schema.properties)
    return Object.fromEntries(
      Object.entries(schema.properties).map(([key, inner]) => [key, bodyWith(inner, text, depth + 1)]),
    );
  if (schema.type === 'array') return [bodyWith(schema.items, text, depth + 1)];
  if (schema.type === 'integer' || schema.type === 'number') return 1;
  if (schema.type === 'boolean') return false;
  return schema.enum ? schema.enum[0] : text;
}

test('hostile strings in every parameter and body are refused or found nothing, quickly', async () => {
  const accounts = await count();
  const leaves = operations.filter(({ id }) => id !== 'events.listen' && id !== 'session.end');
  for (const operation of leaves)
    for (const text of injections) {
      const places = operation.parameters.map(({ name }) => name);
      if (operation.body) places.push('');
      for (const place of places) await strike(operation, place, text);
    }

  assert.equal(await count(), accounts, 'nobody came in and nobody went');
});

async function strike(operation: Operation, place: string, text: string): Promise<void> {
  const encoded = encodeURIComponent(text.isWellFormed() ? text : 'x').replace(/%20/g, '+');
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === place
      ? encoded
      : encodeURIComponent(valueFor(operation.parameters.find((each) => each.name === name)?.schema)),
  );
  const query = operation.parameters.some((each) => each.in === 'query' && each.name === place)
    ? `?${place}=${encoded}`
    : '';
  const began = performance.now();
  const { status, text: answer } = await server.call(operation.method, path + query, {
    headers: admin.headers,
    ...(operation.body && { body: place === '' ? bodyWith(operation.body, text) : {} }),
  });
  const where = `${operation.id} ${place} ${JSON.stringify(text)}: ${status} ${answer.slice(0, 200)}`;
  assert.ok(status < 500, where);
  assert.ok(operation.statuses.includes(String(status)), `undocumented: ${where}`);
  assert.ok(performance.now() - began < 3_000, `slow: ${where}`);
  assert.doesNotMatch(answer, /root:x:0|syntax error at|pg_catalog|node_modules|at .*\.ts:\d+/, where);
}

async function count(): Promise<number> {
  return (await server.store.selectFrom('account').select('id').execute()).length;
}

/** Sends bytes as they are, which no client library would; gives what comes back until the server closes. */
function raw(bytes: string, during?: (socket: Socket) => void): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write(bytes);
      during?.(socket);
    });
    socket.on('data', (data) => {
      answer += data.toString('latin1');
    });
    socket.on('error', () => resolve(answer));
    socket.on('close', () => resolve(answer));
    socket.setTimeout(10_000, () => socket.destroy());
  });
}

const secretFile = /root:x:0|"dependencies"|BEGIN [A-Z ]*PRIVATE KEY/;

for (const path of [
  '/../../../../../../etc/passwd',
  '/..%2f..%2f..%2f..%2fetc/passwd',
  '/%2e%2e/%2e%2e/%2e%2e/package.json',
  '/assets/../../package.json',
  '/assets/..%5c..%5cpackage.json',
  '/assets/%00',
  '/....//....//package.json',
  '//etc/passwd',
  '/.env',
  '/.git/config',
  '/%c0%ae%c0%ae/package.json',
  '/%',
  '/assets/index.html%00.js',
])
  test(`no file outside the console is served at ${path}`, async () => {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 (200|400|403|404|503) /, answer.slice(0, 200));
    assert.doesNotMatch(answer, secretFile);
  });

for (const [name, request, status] of [
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['garbage', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ['a header without end', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
  ['thousands of headers', `GET / HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(5_000)}\r\n`, 431],
  [
    'a body of two lengths',
    'POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef',
    400,
  ],
  [
    'a length and chunks at once',
    'POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
  ['a line break in a header', 'GET / HTTP/1.1\r\nhost: x\r\nx: a\rb\r\n\r\n', 400],
] as const)
  test(`${name} is refused`, async () => {
    assert.match(await raw(request), new RegExp(`^HTTP/1\\.1 ${status} `));
  });

test('a host that is not ours changes nothing in what is sent', async () => {
  const answer = await raw(
    'GET /api/v1/session/options HTTP/1.1\r\nhost: evil.example\r\nx-forwarded-host: evil.example\r\nconnection: close\r\n\r\n',
  );
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.doesNotMatch(answer, /evil\.example/);
});

test('nobody can say to come from another address', async () => {
  await server.call('POST', '/api/v1/session', {
    headers: { 'x-forwarded-for': '203.0.113.77', forwarded: 'for=203.0.113.77' },
    body: { user: 'admin', password: 'wrong password' },
  });
  const row = await server.store
    .selectFrom('trail')
    .select('address')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  assert.equal(row?.address, '127.0.0.1');
});

test('a body over the limit is refused before it is read', async () => {
  for (const operation of operations.filter(({ body, access }) => body && access === 'public'))
    if (operation.id === 'session.create') {
      const answer = await raw(
        `POST ${operation.path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 999999999\r\n\r\n{`,
      );
      assert.match(answer, /^HTTP\/1\.1 413 /);
    }
  const { status } = await server.call('POST', '/api/v1/tokens', {
    headers: admin.headers,
    body: JSON.stringify({ name: 'x'.repeat(1_100_000) }),
  });
  assert.equal(status, 413);
});

test('a large body of somebody who may not send it is not read', async () => {
  const answer = await raw(
    'POST /api/v1/scans HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60000000\r\n\r\n{',
    (socket) => setTimeout(() => socket.end(), 500),
  );
  assert.match(answer, /^HTTP\/1\.1 401 /);
});

test('deep and wide JSON costs no more than its bytes', async () => {
  for (const body of [
    `${'['.repeat(500_000)}${']'.repeat(500_000)}`,
    `{"grants":${'[{"scope":'.repeat(20_000)}1${'}]'.repeat(20_000)}}`,
    `{${Array.from({ length: 60_000 }, (_, at) => `"k${at}":1`).join(',')}}`,
    '{"__proto__":{"admin":true}}',
    '{"constructor":{"prototype":{"admin":true}}}',
  ]) {
    const began = performance.now();
    const { status } = await server.call('POST', '/api/v1/tokens', { headers: admin.headers, body });
    assert.equal(status, 400);
    assert.ok(performance.now() - began < 2_000);
  }
  assert.equal(({} as { admin?: boolean }).admin, undefined);
});

test('answers to the API carry what keeps browsers from guessing', async () => {
  const { headers } = await server.call('GET', '/api/v1/users', { headers: admin.headers });
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
  assert.equal(headers.get('access-control-allow-origin'), null);
  assert.match(headers.get('cache-control') ?? '', /private|no-store/);
  assert.equal(headers.get('x-powered-by'), null);
});

test('a page of another site can neither sign in nor read', async () => {
  const signIn = await server.call('POST', '/api/v1/session', {
    headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    body: { user: 'admin', password: adminPassword },
  });
  assert.equal(signIn.status, 403);
  const form = await server.call('POST', '/api/v1/session', {
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({ user: 'admin', password: adminPassword }),
  });
  assert.equal(form.status, 415);
  const asked = await server.call('OPTIONS', '/api/v1/users', {
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
  });
  assert.equal(asked.headers.get('access-control-allow-origin'), null);
});

test('one account listens on so many pages and no more, and those that leave make room', async () => {
  const listener = await server.session([{ role: 'reader', scope: { kind: 'all' } }]);
  const open = () => {
    const stop = new AbortController();
    return fetch(`${server.url}/api/v1/events`, { headers: listener.headers, signal: stop.signal }).then((answer) => ({
      answer,
      stop,
    }));
  };
  const opened = await Promise.all(Array.from({ length: 20 }, open));
  assert.deepEqual(new Set(opened.map(({ answer }) => answer.status)), new Set([200]));

  const refused = await open();
  assert.equal(refused.answer.status, 429);
  assert.ok(Number(refused.answer.headers.get('retry-after')) > 0);

  for (const { stop } of opened) stop.abort();
  for (let tries = 0; tries < 50; tries += 1) {
    const again = await open();
    again.stop.abort();
    if (again.answer.status === 200) return;
    await wait(100);
  }
  assert.fail('the places were not given back');
});
