import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect, isIP } from 'node:net';
import { type TestContext, test } from 'node:test';
import { listenOnLoopback } from '../../test/support/loopback.ts';
import { createAddressGuard, guardedLookup, type Resolve } from './address-guard.ts';
import { createHttpClient } from './http.ts';

/** Names as a name server under somebody else's hands answers them, one answer after the other. */
function resolving(answers: Readonly<Record<string, readonly string[][]>>): Resolve & { asked: number } {
  const resolve = ((host, answer) => {
    const all = answers[host] ?? [];
    const addresses = all[Math.min(resolve.asked++, all.length - 1)] ?? [];
    answer(
      null,
      addresses.map((address) => ({ address, family: isIP(address) })),
    );
  }) as Resolve & { asked: number };
  resolve.asked = 0;
  return resolve;
}

async function listener(t: TestContext, handle?: Parameters<typeof createServer>[1]) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    if (handle) handle(request, response);
    else response.end('inside');
  });
  let connections = 0;
  server.on('connection', () => connections++);
  const port = await listenOnLoopback(server);
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  return { port, requests: () => requests, connections: () => connections };
}

const refused = { code: 'ADDRESS_REFUSED', message: /network\.allow/ };

test('addresses of machines, private networks and clouds’ own services are refused', () => {
  const guard = createAddressGuard([]);
  const inside = [
    ...['127.0.0.1', '127.8.9.1', '0.0.0.0', '0.1.2.3', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ...['100.64.0.1', '100.100.100.200', '169.254.169.254', '169.254.170.2', '168.63.129.16', '192.0.0.192'],
    ...['198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '192.0.2.1', '203.0.113.9'],
    ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'fd20:ce::254', 'ff02::1'],
    ...['::ffff:127.0.0.1', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '::127.0.0.1', '64:ff9b::7f00:1'],
    ...['2002:7f00:1::', '2001::1', '2001:db8::1', '100::1', 'fec0::1'],
  ];
  for (const address of inside) assert.throws(() => guard.assertAllowed(address, address), refused, address);
});

test('addresses of the public Internet pass', () => {
  const guard = createAddressGuard([]);
  const outside = [
    '1.1.1.1',
    '8.8.8.8',
    '172.15.0.1',
    '172.32.0.1',
    '192.167.1.1',
    '100.63.0.1',
    '100.128.0.1',
    '169.253.1.1',
  ];
  for (const address of [...outside, '2606:4700::1111', '2a00:1450:4001::1', '::ffff:8.8.8.8', '2003::1'])
    guard.assertAllowed(address, address);
});

test('what the configuration allows passes, however it is written, and nothing beside it', () => {
  const guard = createAddressGuard(['10.20.0.0/16', '127.0.0.1', 'fd00:1::/64']);
  for (const address of ['10.20.255.1', '::ffff:10.20.0.1', '::ffff:0a14:0001', '127.0.0.1', 'fd00:1::5'])
    guard.assertAllowed(address, address);
  for (const address of ['10.21.0.1', '127.0.0.2', 'fd00:2::5'])
    assert.throws(() => guard.assertAllowed(address, address), refused);
});

test('a network that is none is told', () => {
  for (const text of ['10.0.0.0/33', 'fd00::/129', 'localhost', '10.0.0/8', '', '10.0.0.0/-1', '10.0.0.0/8/8'])
    assert.throws(() => createAddressGuard([text]), { code: 'CONFIG_INVALID', message: /network\.allow/ }, text);
});

test('no request reaches this machine, whatever way its address is written', async (t) => {
  const { port, connections } = await listener(t);
  const client = await createHttpClient({ timeoutMs: 2000, guard: createAddressGuard([]) });
  t.after(client.close);
  const hosts = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '0x7f.1',
    'localhost',
    'LOCALHOST',
    '[::1]',
  ];
  for (const host of [...hosts, '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '0', '0.0.0.0', '①②⑦.0.0.1'])
    await assert.rejects(client.send({ url: new URL(`http://${host}:${port}/`) }), refused, host);
  assert.equal(connections(), 0);
});

test('one name is looked up once, and what was checked is what is connected to', async (t) => {
  const { port, connections } = await listener(t);
  // A name server that answers the check with a public address and the connection with this machine.
  const resolve = resolving({ 'rebind.example': [['127.0.0.1'], ['93.184.216.34']] });
  const allowing = createAddressGuard(['127.0.0.1'], resolve);
  const client = await createHttpClient({ timeoutMs: 2000, guard: allowing });
  t.after(client.close);
  const response = await client.send({ url: new URL(`http://rebind.example:${port}/`) });
  response.discard();
  assert.deepEqual([resolve.asked, connections()], [1, 1]);

  const turning = resolving({ 'rebind.example': [['93.184.216.34'], ['127.0.0.1']] });
  const lookup = guardedLookup(createAddressGuard([], turning));
  const first = await new Promise((done) => lookup('rebind.example', { all: true }, (_error, found) => done(found)));
  assert.deepEqual(first, [{ address: '93.184.216.34', family: 4 }]);
  await assert.rejects(
    new Promise((done, refuse) => {
      const socket = connect({ host: 'rebind.example', port, lookup }, () => done(socket.destroy()));
      socket.on('error', refuse);
    }),
    refused,
  );
});

test('a name with one address inside is refused, however many are outside', async (t) => {
  const { port, connections } = await listener(t);
  const guard = createAddressGuard([], resolving({ 'mixed.example': [['93.184.216.34', '127.0.0.1']] }));
  const client = await createHttpClient({ timeoutMs: 2000, guard });
  t.after(client.close);
  await assert.rejects(client.send({ url: new URL(`http://mixed.example:${port}/`) }), refused);
  assert.equal(connections(), 0);
});

test('a proxy is not asked for what lies inside, though it may itself lie there', async (t) => {
  const proxy = await listener(t);
  const guard = createAddressGuard(
    [],
    resolving({ 'inside.example': [['10.0.0.1']], 'outside.example': [['1.1.1.1']] }),
  );
  const proxyVariables = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` };
  const client = await createHttpClient({ timeoutMs: 2000, guard, proxyVariables });
  t.after(client.close);
  for (const host of ['169.254.169.254', '[fd00:ec2::254]', 'inside.example'])
    await assert.rejects(client.send({ url: new URL(`http://${host}/latest/meta-data`) }), refused, host);
  assert.equal(proxy.connections(), 0);
});
