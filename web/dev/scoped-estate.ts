import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Estate } from './estate.ts';

/** Made up images lie in registries that are named by their hosts. */
const hosts: Readonly<Record<string, string>> = { production: 'registry.harbour.example', sandbox: 'ghcr.io' };

interface Operation {
  readonly parameters?: readonly { readonly name: string }[];
}

/** The document that the server's routes are written down in, so that the mock takes a scope just where they do. */
const document: { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../schemas/openapi-1.json'), 'utf8'),
);

export function takesScope(method: string, path: string): boolean {
  const operation = document.paths[`/api/v1${path}`]?.[method.toLowerCase()];
  return operation?.parameters?.some(({ name }) => name === 'scope') ?? false;
}

const made = new WeakMap<Estate, Map<string, Estate>>();

/** What of the estate lies in a registry, or in a repository of it. */
export function estateWithin(estate: Estate, scope: string): Estate {
  const known = made.get(estate) ?? new Map<string, Estate>();
  made.set(estate, known);
  const before = known.get(scope);
  if (before) return before;
  const [registry = '', ...rest] = scope.split('/');
  const repository = rest.join('/');
  const isThere = ({ locations }: Estate['images'][number]) =>
    locations.some(
      (one) =>
        (one.registry === registry || one.registry === hosts[registry]) &&
        (repository === '' || one.repository === repository),
    );
  const images = estate.images.filter(isThere);
  const share = estate.images.length === 0 ? 0 : images.length / estate.images.length;
  const narrowed: Estate = {
    ...estate,
    images,
    artifacts: estate.artifacts.filter(isThere),
    vulnerabilities: estate.vulnerabilities
      .slice(0, Math.ceil(estate.vulnerabilities.length * share))
      .map((row) => ({ ...row, images: Math.max(1, Math.floor(row.images * share)) })),
    whole: estate,
    registry,
  };
  known.set(scope, narrowed);
  return narrowed;
}
