import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { listenAddress } from './config.ts';
import { loadConfig, settings } from './load-config.ts';

function fileWith(t: TestContext, text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'config-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'breakwater.yaml');
  writeFileSync(path, text);
  return path;
}

test('nothing set gives the standard values, and a place for the data', () => {
  const config = loadConfig([], { XDG_DATA_HOME: '/data' });

  assert.equal(config.dataDir, '/data/breakwater/server');
  assert.deepEqual(listenAddress(config), { host: '127.0.0.1', port: 8443 });
  assert.equal(config.signIn.sessionHours, 12);
  assert.equal(config.demo, false);
});

test('flags win over the environment, and that over the file', (t) => {
  const path = fileWith(t, 'listen: 127.0.0.1:1\nscan:\n  workers: 1\n  minutes: 1\n  cacheMb: 100\n');
  const environment = { BREAKWATER_CONFIG: path, BREAKWATER_SCAN_MINUTES: '2', BREAKWATER_SCAN_CACHE_MB: '200' };

  const config = loadConfig(['--scan-cache-mb', '300', '--demo'], environment);

  assert.equal(config.listen, '127.0.0.1:1');
  assert.deepEqual([config.scan.workers, config.scan.minutes, config.scan.cacheMb], [1, 2, 300]);
  assert.equal(config.demo, true);
});

test('lists come from the environment as words or as JSON', () => {
  const oidc = JSON.stringify([{ id: 'corp', title: 'Corp', issuer: 'https://id.example', clientId: 'c' }]);

  const config = loadConfig([], { BREAKWATER_NETWORK_ALLOW: '10.0.0.0/8, fd00::/8', BREAKWATER_SIGN_IN_OIDC: oidc });

  assert.deepEqual(config.network.allow, ['10.0.0.0/8', 'fd00::/8']);
  assert.equal(config.signIn.oidc[0]?.scopes[0], 'openid');
});

test('an error names the key and where its value came from, and never the value', (t) => {
  const path = fileWith(t, 'listn: 127.0.0.1:1\n');
  const cases: readonly (readonly [readonly string[], Record<string, string>, RegExp])[] = [
    [['--listen', 'nowhere'], {}, /listen \(from --listen\): should be an address and a port/],
    [[], { BREAKWATER_SCAN_WORKERS: 'many' }, /scan\.workers \(from BREAKWATER_SCAN_WORKERS\)/],
    [[], { BREAKWATER_ADMIN_PASSWORD: 'hunter2' }, /adminPassword \(from BREAKWATER_ADMIN_PASSWORD\)/],
    [['--config', path], {}, /listn: no such key/],
    [['--config', '/nowhere.yaml'], {}, /nowhere\.yaml cannot be used/],
    [['--listen', '127.0.0.1:70000'], {}, /no port 70000/],
    [
      ['--network-allow', '10.0.0.0/8,300.0.0.0/8'],
      {},
      /network\.allow\.1 \(from --network-allow\): should be a network/,
    ],
    [[], { BREAKWATER_NETWORK_PROXIES: '10.0.0.1/33' }, /network\.proxies\.0 \(from BREAKWATER_NETWORK_PROXIES\)/],
    [[], { BREAKWATER_SIGN_IN_OIDC: '[{' }, /signIn\.oidc should be a list in JSON/],
  ];

  for (const [args, environment, message] of cases) {
    assert.throws(
      () => loadConfig(args, environment),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'CONFIG_INVALID');
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  }
});

test('an option that does not exist, or has no value, is told', () => {
  assert.throws(() => loadConfig(['--lisen', 'x'], {}), { code: 'USAGE', message: /"--lisen"/ });
  assert.throws(() => loadConfig(['--listen'], {}), { code: 'USAGE', message: /--listen needs a value/ });
});

test('plain HTTP is refused anywhere but on loopback', () => {
  assert.throws(() => loadConfig(['--listen', '0.0.0.0:80', '--tls-mode', 'off'], {}), { code: 'CONFIG_INVALID' });
  assert.equal(loadConfig(['--listen', '[::1]:80', '--tls-mode', 'off'], {}).tls.mode, 'off');
});

test('every key has one variable and one flag, and says what it is for', () => {
  const names = settings.flatMap(({ variable, flag }) => [variable, flag]);

  assert.equal(new Set(names).size, names.length);
  for (const { variable, flag } of settings) {
    assert.match(variable, /^BREAKWATER_[A-Z0-9_]+$/);
    assert.match(flag, /^--[a-z0-9-]+$/);
  }
});
