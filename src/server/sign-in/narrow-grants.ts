import type { Grant, Scope } from '../contract/access.ts';
import { intersect } from './access.ts';

/**
 * The grants of somebody who looks at one registry only, or at one repository (`registry/repository`, without stars): what
 * they cover is what both the grants and the registry or repository do, never more.
 */
export function narrowGrants(grants: readonly Grant[], within: string): readonly Grant[] {
  const scope: Scope = { kind: within.includes('/') ? 'repository' : 'registry', value: within };
  const comparable = scope.kind === 'registry' ? grants.flatMap((grant) => pinned(grant, within)) : grants;
  return intersect([{ role: 'admin', scope }], comparable);
}

/** What a glob over repositories says of one registry, where a star may stand for the registry's name or part of it. */
function pinned({ role, scope }: Grant, registry: string): readonly Grant[] {
  if (scope.kind !== 'repository') return [{ role, scope }];
  const start = `${registry}/`;
  return remainders(scope.value ?? '', start).map((rest) => ({
    role,
    scope: { kind: 'repository', value: `${start}${rest}` },
  }));
}

/** What may be left of a glob once it stood for this start: all that it can go on with. */
function remainders(glob: string, start: string): readonly string[] {
  let reached = withSkippedStars(glob, [0]);
  for (const character of start)
    reached = withSkippedStars(
      glob,
      [...reached].flatMap((at) => (glob[at] === '*' ? [at] : glob[at] === character ? [at + 1] : [])),
    );
  // A star goes on with whatever comes behind it too.
  return [...reached].filter((at) => !(glob[at - 1] === '*' && reached.has(at - 1))).map((at) => glob.slice(at));
}

function withSkippedStars(glob: string, positions: readonly number[]): ReadonlySet<number> {
  const reached = new Set(positions);
  // What is added meanwhile is walked too.
  for (const at of reached) if (glob[at] === '*') reached.add(at + 1);
  return reached;
}
