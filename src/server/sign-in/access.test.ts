import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Grant, Role, Scope } from '../contract/access.ts';
import { covers, holds, intersect, mayCall, reachOfRole } from './access.ts';

const all: Scope = { kind: 'all' };
const registry = (value: string): Scope => ({ kind: 'registry', value });
const repository = (value: string): Scope => ({ kind: 'repository', value });
const to = (role: Role, scope: Scope): Grant => ({ role, scope });

const anyGrant: fc.Arbitrary<Grant> = fc.record({
  role: fc.constantFrom('reader', 'analyst', 'admin'),
  scope: fc.oneof(
    fc.constant(all),
    fc.constantFrom('a', 'b').map(registry),
    fc.constantFrom('a/x', 'a/*', 'a/x*', 'b/*y', '*', '*/x').map(repository),
    fc.constantFrom('c').map((value): Scope => ({ kind: 'cluster', value })),
    fc.constantFrom('c/n').map((value): Scope => ({ kind: 'namespace', value })),
  ),
});

for (const [has, given, expected] of [
  [to('admin', all), to('reader', registry('a')), true],
  [to('reader', all), to('analyst', registry('a')), false],
  [to('reader', registry('a')), to('reader', repository('a/team/app')), true],
  [to('reader', registry('a')), to('reader', repository('ab/app')), false],
  [to('reader', registry('a')), to('reader', all), false],
  [to('reader', repository('a/team/*')), to('reader', repository('a/team/app')), true],
  [to('reader', repository('a/team/*')), to('reader', repository('a/*')), false],
  [to('reader', repository('*')), to('reader', registry('a')), false],
  [to('reader', { kind: 'cluster', value: 'c' }), to('reader', { kind: 'namespace', value: 'c/web' }), true],
  [to('reader', { kind: 'namespace', value: 'c/web' }), to('reader', { kind: 'cluster', value: 'c' }), false],
] as const)
  test(`${JSON.stringify(has)} ${expected ? 'covers' : 'does not cover'} ${JSON.stringify(given)}`, () => {
    assert.equal(covers([has], given), expected);
  });

test('what a token may do is within what the token and what the account may do', () => {
  fc.assert(
    fc.property(fc.array(anyGrant, { maxLength: 4 }), fc.array(anyGrant, { maxLength: 4 }), (token, account) => {
      for (const grant of intersect(token, account)) {
        assert.ok(covers(token, grant));
        assert.ok(covers(account, grant));
      }
    }),
  );
});

test('a token of an account that lost nothing lost nothing', () => {
  fc.assert(
    fc.property(fc.array(anyGrant, { maxLength: 4 }), (account) => {
      const kept = intersect(account, account);
      for (const grant of account) assert.ok(covers(kept, grant));
    }),
  );
});

test('a limited role passes where the handler limits, and nowhere else', () => {
  const grants = [to('admin', registry('a'))];
  assert.equal(mayCall({ role: 'analyst', within: 'scoped' }, grants), true);
  assert.equal(mayCall({ role: 'reader', within: 'everywhere' }, grants), false);
  assert.equal(mayCall({ role: 'reader', within: 'scoped' }, []), false);
  assert.equal(holds('analyst', 'admin'), false);
});

test('where one may act is told by role', () => {
  const caller = { grants: [to('reader', all), to('analyst', registry('b')), to('admin', registry('a'))] };
  assert.equal(reachOfRole(caller, 'reader').everything, true);
  assert.deepEqual(reachOfRole(caller, 'analyst').registries, ['a', 'b']);
  assert.deepEqual(reachOfRole(caller, 'admin').registries, ['a']);
});
