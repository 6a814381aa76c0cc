import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { listenOnLoopback } from '../../test/support/loopback.ts';
import type { Report } from '../model/report.ts';
import { uploadScan } from './upload.ts';

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  t.after(() => server.close());
  return `http://127.0.0.1:${await listenOnLoopback(server)}`;
}

const target = (url: string, name?: string) => ({ url, name, caFile: undefined });
const problems = [{ code: 'file-corrupt', where: 'x', message: 'y' }];
const report = { image: { reference: 'app.tar' }, problems } as unknown as Report;
const environment = { BREAKWATER_TOKEN: 'bw_secret' };

test('a report is sent with the token and the name, and the page comes back', async (t) => {
  let seen: { path: string | undefined; headers: IncomingHttpHeaders; body: string } | undefined;
  const url = await serve(t, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen = { path: request.url, headers: request.headers, body };
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ digest: 'x', name: 'team/app:1', path: '/images/sha256:1' }));
  });

  const page = await uploadScan(report, '{}', target(url, 'team/app:1'), environment);

  assert.equal(page, `${url}/images/sha256:1`);
  assert.equal(seen?.path, '/api/v1/scans');
  assert.equal(seen?.headers.authorization, 'Bearer bw_secret');
  assert.deepEqual(JSON.parse(seen?.body ?? ''), { name: 'team/app:1', document: '{}', problems });
});

test('a refusal says what the server said, and an answer of something else says so', async (t) => {
  const answers = [
    [403, JSON.stringify({ detail: 'This token may only read.', code: 'FORBIDDEN' }), /only read\. \(403, FORBIDDEN\)/],
    [502, '<html>', /it answered 502; is this the address/],
  ] as const;
  for (const [status, body, message] of answers) {
    const url = await serve(t, (request, response) => {
      request.resume().on('end', () => response.writeHead(status).end(body));
    });
    await assert.rejects(uploadScan(report, '{}', target(url), environment), { code: 'UPLOAD_FAILED', message });
  }
});

test('a server that is not there is told as such, without the token', async () => {
  await assert.rejects(uploadScan(report, '{}', target('http://127.0.0.1:1'), environment), (error: Error) => {
    assert.match(error.message, /could not be sent to 127\.0\.0\.1:1/);
    assert.doesNotMatch(String(error.stack), /bw_secret/);
    return true;
  });
});

test('no token, no address, and a token over plain HTTP are refused before anything is sent', async () => {
  const cases = [
    ['https://breakwater.example', {}, /BREAKWATER_TOKEN/],
    ['breakwater', environment, /not "breakwater"/],
    ['http://breakwater.example', environment, /in the clear/],
  ] as const;
  for (const [url, variables, message] of cases)
    await assert.rejects(uploadScan(report, '{}', target(url), variables), { code: 'USAGE', message });
});
