import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as z from 'zod';
import { AppError } from '../../lib/errors.ts';
import { flag, listOf, pageQuery } from '../contract/paging.ts';
import { type Route, route } from '../route.ts';
import { startTestServer, type TestServer } from '../testing/start-test-server.ts';

const anything = z.object({ got: z.unknown() });

const sampleRoutes: readonly Route[] = [
  route({
    id: 'sample.read',
    method: 'GET',
    path: '/sample/{name}',
    summary: 'Reads it.',
    access: 'public',
    params: z.object({ name: z.string().max(200) }),
    query: z.object({ on: flag.optional(), tag: listOf(z.string()) }).extend(pageQuery.shape),
    answer: anything,
    handle: async ({ params, query }) => ({ got: { ...params, ...query }, secret: 'left out' }),
  }),
  route({
    id: 'sample.change',
    method: 'POST',
    path: '/sample/{name}',
    summary: 'Changes it.',
    access: { role: 'analyst', within: 'everywhere' },
    params: z.object({ name: z.string() }),
    body: z.object({ deep: z.object({ size: z.number().int() }), password: z.string().optional() }),
    answer: anything,
    status: 201,
    trail: 'sample.change',
    handle: async ({ body }) => {
      if (body.deep.size === 409) throw new AppError('CONFLICT', 'It is there already.');
      if (body.deep.size === 500) throw new Error('secret detail');
      return { got: body.deep.size };
    },
  }),
  route({
    id: 'sample.export',
    method: 'GET',
    path: '/export',
    summary: 'Streams.',
    access: 'public',
    query: z.object({ fail: flag.optional() }),
    streams: ['application/x-ndjson'],
    handle: async ({ query }) => ({
      contentType: 'application/x-ndjson',
      fileName: 'all "of" it.ndjson',
      body: lines(query.fail ?? false),
    }),
  }),
];

async function* lines(fail: boolean) {
  if (fail) throw new AppError('NOT_FOUND', 'There is nothing to export.');
  yield '{"a":1}\n';
  yield '{"a":2}\n';
}

let server: TestServer;
before(async () => {
  server = await startTestServer({ routes: sampleRoutes });
});
after(() => server.close());

test('a request reaches its handler through the schemas, and the answer leaves through its own', async () => {
  const answer = await server.anonymous.get('/sample/team%2Fapp?on=true&tag=a&tag=b');

  assert.equal(answer.statusCode, 200);
  assert.deepEqual(answer.json(), { got: { name: 'team/app', on: true, tag: ['a', 'b'], limit: 50 } });
});

test('a request that does not fit is refused with every field that does not', async () => {
  const answer = await server.anonymous.get('/sample/x?limit=0&strange=1');

  assert.equal(answer.statusCode, 400);
  assert.match(answer.headers['content-type'] as string, /^application\/problem\+json/);
  const problem = answer.json();
  assert.equal(problem.code, 'REQUEST_INVALID');
  assert.equal(problem.instance, answer.headers['x-request-id']);
  assert.deepEqual(problem.errors.map(({ where }: { where: string }) => where).sort(), [
    'query.limit',
    'query.strange',
  ]);
});

test('a field that no schema knows is refused at any depth', async () => {
  const analyst = await server.as('analyst');

  const answer = await analyst.send('POST', '/sample/x', { deep: { size: 1, sise: 2 } });

  assert.equal(answer.statusCode, 400);
  assert.deepEqual(answer.json().errors, [{ where: 'body.deep.sise', message: 'There is no such field.' }]);
});

for (const [name, path] of [
  ['a NUL in the path', '/sample/a%00b'],
  ['a NUL in the query', '/sample/a?cursor=%00'],
] as const)
  test(`${name} is refused before it reaches the database`, async () => {
    const answer = await server.anonymous.get(path);
    assert.equal(answer.statusCode, 400, answer.body);
  });

test('an entity that is known already is not sent again', async () => {
  const first = await server.anonymous.get('/sample/x');
  const tag = first.headers.etag as string;

  const again = await server.anonymous.get('/sample/x', { 'if-none-match': `"other", W/${tag}` });
  const changed = await server.anonymous.get('/sample/y', { 'if-none-match': tag });

  assert.equal(again.statusCode, 304);
  assert.equal(again.body, '');
  assert.equal(changed.statusCode, 200);
});

test('only who holds the role passes, and only with the token of the session', async () => {
  const [reader, analyst] = [await server.as('reader'), await server.as('analyst')];
  const body = { deep: { size: 1 } };

  const answers = await Promise.all([
    server.anonymous.send('POST', '/sample/x', body),
    reader.send('POST', '/sample/x', body),
    analyst.send('POST', '/sample/x', body, { 'x-csrf-token': 'forged' }),
    analyst.send('POST', '/sample/x', body),
  ]);

  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [401, 403, 403, 201],
  );
  assert.match(answers[0].headers['www-authenticate'] as string, /Bearer/);
});

test('a change is in the trail, done or refused, without its secrets', async () => {
  const [reader, analyst] = [await server.as('reader'), await server.as('analyst')];

  await analyst.send('POST', '/sample/trailed', { deep: { size: 1 }, password: 'hidden' });
  await analyst.send('POST', '/sample/trailed', { deep: { size: 409 } });
  await reader.send('POST', '/sample/trailed', { deep: { size: 1 } });

  const rows = await server.context.store
    .selectFrom('trail')
    .select(['who', 'action', 'subject', 'detail', 'outcome'])
    .where('subject', '=', 'trailed')
    .orderBy('id')
    .execute();
  assert.deepEqual(rows, [
    {
      who: analyst.login,
      action: 'sample.change',
      subject: 'trailed',
      detail: { deep: { size: 1 }, password: '(not shown)' },
      outcome: 'done',
    },
    {
      who: analyst.login,
      action: 'sample.change',
      subject: 'trailed',
      detail: { deep: { size: 409 }, refused: 'CONFLICT' },
      outcome: 'refused',
    },
    {
      who: reader.login,
      action: 'sample.change',
      subject: 'trailed',
      detail: { refused: 'FORBIDDEN' },
      outcome: 'refused',
    },
  ]);
});

test('what was not foreseen is told without its details', async () => {
  const analyst = await server.as('analyst');

  const answer = await analyst.send('POST', '/sample/x', { deep: { size: 500 } });

  assert.equal(answer.statusCode, 500);
  assert.equal(answer.json().code, 'INTERNAL');
  assert.doesNotMatch(answer.body, /secret detail/);
});

test('a stream comes as a file, and what fails at its start is a problem', async () => {
  const [good, bad] = await Promise.all([server.anonymous.get('/export'), server.anonymous.get('/export?fail=true')]);

  assert.equal(good.body, '{"a":1}\n{"a":2}\n');
  assert.equal(good.headers['content-type'], 'application/x-ndjson');
  assert.match(good.headers['content-disposition'] as string, /^attachment; filename="all__of__it\.ndjson"/);
  assert.equal(bad.statusCode, 404);
});

for (const [name, headers, body, status] of [
  ['broken JSON', {}, '{"deep":', 400],
  ['a prototype in JSON', {}, '{"__proto__":{"a":1},"deep":{"size":1}}', 400],
  ['another content type', { 'content-type': 'text/xml' }, '<a/>', 415],
  ['a body over the limit', {}, JSON.stringify({ deep: { size: 1 }, password: 'x'.repeat(1_100_000) }), 413],
  ['no body', {}, undefined, 400],
] as const)
  test(`${name} is refused with ${status}`, async () => {
    const analyst = await server.as('analyst');
    const answer = await analyst.send('POST', '/sample/x', body, headers);
    assert.equal(answer.statusCode, status, answer.body);
    assert.match(answer.headers['content-type'] as string, /problem\+json/);
  });

test('an unknown path and a method that a path does not have are told apart', async () => {
  const [nowhere, wrong] = await Promise.all([
    server.anonymous.get('/nowhere'),
    server.anonymous.send('DELETE', '/sample/x'),
  ]);

  assert.equal(nowhere.statusCode, 404);
  assert.equal(nowhere.json().code, 'NOT_FOUND');
  assert.equal(wrong.statusCode, 405);
  assert.equal(wrong.headers.allow, 'GET, POST');
});

test('pages carry headers that let nothing but our own scripts run', async () => {
  const { headers } = await server.app.inject('/');

  const policy = headers['content-security-policy'] as string;
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['referrer-policy'], 'no-referrer');
});
