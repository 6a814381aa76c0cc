import type { Grant, Role, Scope } from '../../../../src/server/contract/access.ts';

export const roleTitles: Readonly<Record<Role, string>> = { reader: 'Reader', analyst: 'Analyst', admin: 'Admin' };

export const roleHints: Readonly<Record<Role, string>> = {
  reader: 'sees',
  analyst: 'also decides about findings',
  admin: 'also changes the installation',
};

/** Those that mean something in this installation; clusters follow when there are some. */
export const scopeTitles: Readonly<Partial<Record<Scope['kind'], string>>> = {
  all: 'everything',
  registry: 'a registry',
  repository: 'repositories',
};

export const scopeExamples: Readonly<Partial<Record<Scope['kind'], string>>> = {
  registry: 'production',
  repository: 'production/payments/*',
};

/** "analyst of production/payments/*", "admin" */
export const grantText = ({ role, scope }: Grant): string =>
  scope.kind === 'all' ? role : `${role} of ${scope.value ?? scope.kind}`;

export const grantsText = (grants: readonly Grant[]): string => grants.map(grantText).join(', ') || 'no role';

export const isGrantComplete = ({ scope }: Grant): boolean => scope.kind === 'all' || Boolean(scope.value?.trim());
