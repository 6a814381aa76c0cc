import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SignIn } from '../registry-connector.ts';
import { registryConnectors } from './index.ts';

const signIns: Readonly<Record<SignIn['method'], SignIn>> = {
  anonymous: { method: 'anonymous' },
  password: { method: 'password', username: 'jo', password: 'x' },
  'entra-service-principal': {
    method: 'entra-service-principal',
    tenant: 'contoso.example',
    clientId: 'a',
    clientSecret: 'b',
  },
  'entra-managed-identity': { method: 'entra-managed-identity' },
  'entra-workload-identity': { method: 'entra-workload-identity' },
  aws: { method: 'aws', region: 'eu-central-1' },
  google: { method: 'google' },
};

test('ids are unique, lower case and kept apart by dashes', () => {
  const ids = registryConnectors.map(({ id }) => id);
  assert.deepEqual(ids, [...new Set(ids)]);
  for (const id of ids) assert.match(id, /^[a-z][a-z0-9-]*$/);
});

for (const connector of registryConnectors) {
  test(`${connector.id} takes its own example and the sign-ins it names, and no others`, () => {
    for (const [method, signIn] of Object.entries(signIns)) {
      const fault = connector.faultOf(connector.hostExample, signIn);
      const isOffered = connector.signIns.includes(method as SignIn['method']);
      assert.equal(fault === undefined, isOffered, `${method}: ${fault}`);
      if (fault !== undefined) assert.match(fault, /^[A-Z].*\.$/);
    }
  });

  test(`${connector.id} says how to make it notify, with the place of the secret`, () => {
    assert.match(connector.notifications?.howTo ?? '', /SECRET/);
    assert.ok((connector.notifications?.senders.length ?? 0) > 0);
  });
}

test("a cloud's sign-in goes to that cloud's hosts alone", () => {
  const clouds = registryConnectors.filter(({ id }) => !['distribution', 'harbor'].includes(id));
  assert.equal(clouds.length, 5);
  for (const connector of clouds) {
    for (const host of [
      'registry.example.com',
      `${connector.hostExample}.example.com`,
      `${connector.hostExample}:5000`,
      '127.0.0.1',
      '169.254.169.254',
      `evil.example.com/${connector.hostExample}`,
    ]) {
      for (const method of connector.signIns) assert.ok(connector.faultOf(host, signIns[method]), host);
    }
  }
});
