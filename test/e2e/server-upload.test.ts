import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { runBreakwater } from '../support/run-breakwater.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { unpackExample } from './example-image.ts';

/** A pipeline that scans what it built and has not pushed, with a token for its own repositories. */
describe('a scan that a build pipeline uploads', () => {
  const { archive } = unpackExample();
  let server: ServerProcess;
  before(async () => {
    server = await startServerProcess({ args: ['--network-allow', '127.0.0.0/8'] });
    const settings = { kind: 'distribution', host: '127.0.0.1:9', plainHttp: true, pollMinutes: 0 };
    await server.api('POST', '/registries', { ...settings, name: 'prod' });
  });
  after(() => server?.remove());

  const tokenFor = async (repository: string) => {
    const grants = [{ role: 'analyst', scope: { kind: 'repository', value: repository } }];
    const { token } = await server.api<{ token: string }>('POST', '/tokens', { name: repository, grants, days: 1 });
    return token;
  };
  const upload = async (token: string, name: string) =>
    runBreakwater(['scan', archive, '--upload', server.url, '--upload-as', name], { BREAKWATER_TOKEN: token });
  const statusOf = async (token: string, page: string) => {
    const url = page.replace(server.url, `${server.url}/api/v1`);
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    await answer.body?.cancel();
    return answer.status;
  };

  it('is shown to its token on the page that it is told, and to no other', async () => {
    const [team, other] = [await tokenFor('prod/team/*'), await tokenFor('prod/other/*')];

    const { code, error } = await upload(team, '127.0.0.1:9/team/app:1.2');

    assert.equal(code, 0, error);
    const page = /^Uploaded: (\S+)$/m.exec(error)?.[1] ?? assert.fail(error);
    assert.equal(await statusOf(team, page), 200);
    assert.equal(await statusOf(other, page), 404);
  });

  it('is refused under a name that the token does not cover', async () => {
    const refused = await upload(await tokenFor('prod/other/*'), '127.0.0.1:9/team/app:1.2');

    assert.equal(refused.code, 2);
    assert.match(refused.error, /Your role covers no place where 127\.0\.0\.1:9\/team\/app:1\.2 would lie/);
  });
});
