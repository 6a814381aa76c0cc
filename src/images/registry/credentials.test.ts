import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { RegistryOptions } from '../image-source.ts';
import { credentialFinder } from './credentials.ts';
import { parseReference } from './reference.ts';
import { directoryFor } from './testing/open-for-test.ts';

const options: RegistryOptions = { plainHttp: false, timeoutMs: 1000, retries: 0 };

function auth(username: string, password: string): object {
  return { auth: Buffer.from(`${username}:${password}`).toString('base64') };
}

/** A home directory with these files, and a finder that looks nowhere else. */
function homeWith(
  t: TestContext,
  files: Readonly<Record<string, object | string>>,
  environment: NodeJS.ProcessEnv = {},
) {
  const home = directoryFor(t);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(join(home, name), text.replaceAll('$HOME', home), { mode: 0o755 });
  }
  const variables = Object.entries({
    PATH: `$HOME/bin:${process.env.PATH}`,
    XDG_RUNTIME_DIR: '$HOME/run',
    ...environment,
  });
  const env = Object.fromEntries(variables.map(([name, value]) => [name, value?.replace('$HOME', home)]));
  const find = credentialFinder(options, env, home);
  return async (reference: string) => {
    const { credentials, notes } = await find(parseReference(reference));
    const { from, ...rest } = credentials ?? { from: '' };
    return { ...rest, from: from.replace(`${home}/`, ''), notes: notes.map((note) => note.replace(`${home}/`, '')) };
  };
}

test('credentials of a Docker configuration are found by host, however the host is written', async (t) => {
  const find = homeWith(t, {
    '.docker/config.json': {
      auths: {
        'https://index.docker.io/v1/': auth('hub', 'a:b'),
        'https://quay.io/v2/': auth('quay', 'q'),
        'ghcr.io': { username: 'plain', password: 'text' },
        'localhost:5000': auth('local', ''),
        'empty.example.com': {},
      },
    },
  });
  const cases = [
    ['alpine', { kind: 'password', username: 'hub', password: 'a:b' }],
    ['docker.io/grafana/grafana', { kind: 'password', username: 'hub', password: 'a:b' }],
    ['quay.io/a/b', { kind: 'password', username: 'quay', password: 'q' }],
    ['ghcr.io/a/b', { kind: 'password', username: 'plain', password: 'text' }],
    ['localhost:5000/a', { kind: 'password', username: 'local', password: '' }],
  ] as const;

  for (const [reference, expected] of cases) {
    assert.deepEqual(await find(reference), { ...expected, from: '.docker/config.json', notes: [] }, reference);
  }
  for (const reference of [
    'localhost/a',
    'localhost:5001/a',
    'empty.example.com/a',
    'evil-quay.io/a',
    'constructor.io/a',
  ]) {
    assert.deepEqual(await find(reference), { from: '', notes: [] }, reference);
  }
});

test('Podman keeps credentials for parts of a registry; the nearest one counts', async (t) => {
  const find = homeWith(t, {
    'run/containers/auth.json': {
      auths: { 'quay.io': auth('all', 'x'), 'quay.io/team': auth('team', 'x'), 'quay.io/team/app': auth('app', 'x') },
    },
  });
  const cases = {
    'quay.io/other/x': 'all',
    'quay.io/team/x': 'team',
    'quay.io/team/app': 'app',
    'quay.io/teams/x': 'all',
  };

  for (const [reference, username] of Object.entries(cases)) {
    const found = await find(reference);
    assert.deepEqual(found, { kind: 'password', username, password: 'x', from: 'run/containers/auth.json', notes: [] });
  }
});

test('the first place that knows the registry decides', async (t) => {
  const files = {
    'explicit.json': { auths: { 'a.io': auth('explicit', 'x') } },
    'docker/config.json': { auths: { 'a.io': auth('docker', 'x'), 'b.io': auth('docker', 'x') } },
    'run/containers/auth.json': { auths: { 'b.io': auth('run', 'x'), 'c.io': auth('run', 'x') } },
    '.config/containers/auth.json': { auths: { 'c.io': auth('config', 'x'), 'd.io': auth('config', 'x') } },
  };
  const find = homeWith(t, files, { REGISTRY_AUTH_FILE: '$HOME/explicit.json', DOCKER_CONFIG: '$HOME/docker' });

  const found = await Promise.all(['a.io/x', 'b.io/x', 'c.io/x', 'd.io/x'].map(find));

  assert.deepEqual(
    found.map(({ from }) => from),
    ['explicit.json', 'docker/config.json', 'run/containers/auth.json', '.config/containers/auth.json'],
  );
});

test('a credential helper is asked for the server by the name under which it knows it', async (t) => {
  const find = homeWith(t, {
    '.docker/config.json': {
      credsStore: 'store',
      credHelpers: { 'ecr.example.com': 'ecr' },
      auths: { 'file.io': auth('f', 'x') },
    },
    'bin/docker-credential-ecr':
      '#!/bin/sh\nread server; echo "{\\"ServerURL\\":\\"$server\\",\\"Username\\":\\"AWS $1\\",\\"Secret\\":\\"$server\\"}"',
    'bin/docker-credential-store':
      '#!/bin/sh\nread server; case $server in https://index.docker.io/v1/) echo \'{"Username":"<token>","Secret":"id"}\';; *) echo credentials not found in native keychain; exit 1;; esac',
  });

  assert.deepEqual(await find('ecr.example.com/a'), {
    kind: 'password',
    username: 'AWS get',
    password: 'ecr.example.com',
    from: 'docker-credential-ecr',
    notes: [],
  });
  const hub = { kind: 'identity-token', token: 'id', from: 'docker-credential-store', notes: [] };
  assert.deepEqual(await find('alpine'), hub);
  assert.equal((await find('file.io/a')).from, '.docker/config.json', 'the file knows what the helper does not');
});

test('a helper that fails is noted without its output, and the search goes on', async (t) => {
  const helpers = {
    fails: ['echo secret; exit 3', /failed with exit code 3/],
    floods: ['yes secret', /more than 65536 bytes/],
    babbles: ['echo secret', /something that is not credentials/],
    deaf: ['exec <&-; exit 0', /something that is not credentials/],
  } as const;

  for (const [name, [script, message]] of Object.entries(helpers)) {
    const find = homeWith(t, {
      '.docker/config.json': { credsStore: name },
      [`bin/docker-credential-${name}`]: `#!/bin/sh\n${script}`,
      'run/containers/auth.json': { auths: { 'a.io': auth('podman', 'x') } },
    });
    const { from, notes } = await find('a.io/x');
    assert.equal(from, 'run/containers/auth.json', name);
    assert.match(notes.join(), message);
    assert.doesNotMatch(notes.join(), /secret/);
  }
});

test('a configuration that is none is noted, and the search goes on', async (t) => {
  const find = homeWith(t, {
    '.docker/config.json': '[]',
    'run/containers/auth.json': '{"auths": {"a.io": {"auth": 7}}}',
    '.config/containers/auth.json/x': 'a directory where a file should be',
  });

  const { from, notes } = await find('a.io/x');

  assert.equal(from, '');
  assert.equal(notes.length, 3);
});
