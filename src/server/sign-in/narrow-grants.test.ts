import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Grant, Role, Scope } from '../contract/access.ts';
import { covers } from './access.ts';
import { narrowGrants } from './narrow-grants.ts';

const roles = ['reader', 'analyst', 'admin'] as const;
const grant = (kind: Scope['kind'], value?: string, role: Role = 'analyst'): Grant => ({
  role,
  scope: { kind, ...(value !== undefined && { value }) },
});

const cases: readonly [title: string, has: readonly Grant[], within: string, left: readonly Grant[]][] = [
  ['a grant over all', [grant('all')], 'a', [grant('registry', 'a')]],
  ['a grant over all, in a repository', [grant('all')], 'a/b/c', [grant('repository', 'a/b/c')]],
  ['the same registry', [grant('registry', 'a')], 'a', [grant('registry', 'a')]],
  ['another registry', [grant('registry', 'ab')], 'a', []],
  ['a repository of another registry', [grant('registry', 'b')], 'a/b', []],
  ['a glob in the registry', [grant('repository', 'a/team-*')], 'a', [grant('repository', 'a/team-*')]],
  ['a glob in another registry', [grant('repository', 'b/team-*')], 'a', []],
  [
    'a glob over registries',
    [grant('repository', 'x-*/app')],
    'x-y',
    [grant('repository', 'x-y/*/app'), grant('repository', 'x-y/app')],
  ],
  ['a glob over other registries', [grant('repository', 'x-*/app')], 'y', []],
  [
    'a star that may reach further',
    [grant('repository', '*/app')],
    'a',
    [grant('repository', 'a/*/app'), grant('repository', 'a/app')],
  ],
  ['a glob that a repository fits', [grant('repository', '*/app')], 'a/x/app', [grant('repository', 'a/x/app')]],
  ['a glob that a repository does not fit', [grant('repository', '*/app')], 'a/x/apps', []],
  ['what is no registry', [grant('cluster', 'a'), grant('namespace', 'a/b')], 'a', []],
];

for (const [title, has, within, left] of cases)
  test(`within "${within}", ${title} leaves ${left.length === 0 ? 'nothing' : 'that part of it'}`, () => {
    const sorted = (grants: readonly Grant[]) => grants.map((each) => JSON.stringify(each)).sort();

    assert.deepEqual(sorted(narrowGrants(has, within)), sorted(left));
  });

test('each role keeps its own reach', () => {
  const has = [grant('all', undefined, 'reader'), grant('registry', 'a', 'admin')];

  assert.deepEqual(narrowGrants(has, 'a'), [grant('registry', 'a', 'reader'), grant('registry', 'a', 'admin')]);
  assert.deepEqual(narrowGrants(has, 'b'), [grant('registry', 'b', 'reader')]);
});

/** Few letters, so that things meet. */
const letters = (characters: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength });
const registryName = letters('ab-', 3);
const repositoryName = letters('ab/', 4);
const anyGrant: fc.Arbitrary<Grant> = fc.record({
  role: fc.constantFrom(...roles),
  scope: fc.oneof(
    fc.constant({ kind: 'all' as const }),
    fc.record({ kind: fc.constantFrom('registry', 'cluster'), value: registryName }),
    fc.record({ kind: fc.constantFrom('repository', 'namespace'), value: letters('ab-/**', 7) }),
  ),
});

test('what is seen within a part is what the grants cover there, in each role: no more and no less', () => {
  const within = fc.oneof(
    registryName,
    fc.tuple(registryName, repositoryName).map((names) => names.join('/')),
  );
  fc.assert(
    fc.property(
      fc.array(anyGrant, { maxLength: 4 }),
      within,
      registryName,
      repositoryName,
      (has, part, registry, name) => {
        const repository = `${registry}/${name}`;
        const isInPart = part.includes('/') ? repository === part : registry === part;
        for (const role of roles) {
          const asked = grant('repository', repository, role);
          assert.equal(covers(narrowGrants(has, part), asked), isInPart && covers(has, asked), `${role} ${repository}`);
        }
      },
    ),
    { numRuns: 3_000 },
  );
});
