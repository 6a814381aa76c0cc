import type { Grant, Role, Scope } from '../contract/access.ts';
import type { Access, Caller } from '../route.ts';

const ranks: Readonly<Record<Role, number>> = { reader: 1, analyst: 2, admin: 3 };

/** Whether a role is at least another: an administrator may do what an analyst may. */
export function holds(role: Role, asked: Role): boolean {
  return ranks[role] >= ranks[asked];
}

/** Whether somebody may call a route at all; what a scoped one then shows is the handler's. */
export function mayCall(access: Access, grants: readonly Grant[]): boolean {
  if (typeof access === 'string') return true;
  return grants.some(
    ({ role, scope }) => holds(role, access.role) && (access.within === 'scoped' || scope.kind === 'all'),
  );
}

/** What a role of the caller reaches: everything, or these. A repository is a glob over `registry/repository`. */
export interface RoleReach {
  readonly everything: boolean;
  readonly registries: readonly string[];
  readonly repositories: readonly string[];
  readonly clusters: readonly string[];
  readonly namespaces: readonly string[];
}

/** Where the caller may act in a role: every role may also see. The rows that this comes to are the store's to say. */
export function reachOfRole(caller: Pick<Caller, 'grants'>, role: Role): RoleReach {
  const scopes = caller.grants.filter((grant) => holds(grant.role, role)).map(({ scope }) => scope);
  const of = (kind: Scope['kind']) =>
    [...new Set(scopes.filter((scope) => scope.kind === kind).map(({ value = '' }) => value))].sort();
  return {
    everything: scopes.some(({ kind }) => kind === 'all'),
    registries: of('registry'),
    repositories: of('repository'),
    clusters: of('cluster'),
    namespaces: of('namespace'),
  };
}

/** Whether all of a registry is within reach. */
export function reachesRegistry(reach: RoleReach, registry: string): boolean {
  return reach.everything || reach.registries.includes(registry);
}

/** `*` stands for any run of characters. Linear in text times stars, without backtracking over more than the last one. */
function globMatches(glob: string, text: string): boolean {
  const [head = '', ...rest] = glob.split('*');
  if (!text.startsWith(head)) return false;
  const tail = rest.pop();
  if (tail === undefined) return text === head;
  let at = head.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - tail.length >= at && text.endsWith(tail);
}

/** Whether what is to be granted is within what the giver has. */
export function covers(has: readonly Grant[], given: Grant): boolean {
  return has.some((grant) => holds(grant.role, given.role) && scopeCovers(grant.scope, given.scope));
}

/** Whether somebody may change the whole installation. */
export function administersAll(grants: readonly Grant[]): boolean {
  return covers(grants, { role: 'admin', scope: { kind: 'all' } });
}

/** What a token may do now: its own grants, cut to those that its account still has. */
export function intersect(token: readonly Grant[], account: readonly Grant[]): readonly Grant[] {
  const both = token.flatMap((left) => account.map((right) => narrower(left, right)));
  const seen = new Map(both.filter((grant) => grant !== undefined).map((grant) => [JSON.stringify(grant), grant]));
  return [...seen.values()];
}

function narrower(left: Grant, right: Grant): Grant | undefined {
  const role = holds(left.role, right.role) ? right.role : left.role;
  if (scopeCovers(left.scope, right.scope)) return { role, scope: right.scope };
  if (scopeCovers(right.scope, left.scope)) return { role, scope: left.scope };
  return undefined;
}

function scopeCovers(wide: Scope, narrow: Scope): boolean {
  if (wide.kind === 'all') return true;
  const [outer = '', inner = ''] = [wide.value, narrow.value];
  if (wide.kind === narrow.kind && outer === inner) return true;
  if (wide.kind === 'registry' && narrow.kind === 'repository') return inner.startsWith(`${outer}/`);
  if (wide.kind === 'cluster' && narrow.kind === 'namespace') return inner.startsWith(`${outer}/`);
  // A glob takes in the stars of another one literally, which is never wider than what it stands for.
  return wide.kind === 'repository' && narrow.kind === 'repository' && globMatches(outer, inner);
}
