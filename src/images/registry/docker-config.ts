import { readFileSync, statSync } from 'node:fs';
import * as z from 'zod/mini';
import { AppError } from '../../lib/errors.ts';
import type { RegistryReference } from './reference.ts';

const text = z.optional(z.string());
const entryShape = z.object({ auth: text, username: text, password: text, identitytoken: text, registrytoken: text });
const configShape = z.object({
  auths: z.optional(z.nullable(z.record(z.string(), entryShape))),
  credHelpers: z.optional(z.nullable(z.record(z.string(), z.string()))),
  credsStore: text,
});

/** `config.json` of Docker, `auth.json` of Podman: https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md */
export type DockerConfig = z.infer<typeof configShape>;

export type StoredEntry =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** Is exchanged for access tokens. */
  | { readonly kind: 'identity-token'; readonly token: string }
  /** Is an access token itself. */
  | { readonly kind: 'registry-token'; readonly token: string };

const maxConfigBytes = 4 * 1024 * 1024;

/** The file's content; undefined when there is no such file. Throws AppError when it cannot be read. */
export function readDockerConfig(path: string): DockerConfig | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return undefined;
  if (!stats.isFile() || stats.size > maxConfigBytes) {
    throw new AppError('FILE_INVALID', `${path} is not a file of at most ${maxConfigBytes} bytes`);
  }
  try {
    return configShape.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new AppError('FILE_INVALID', `${path} could not be read as a Docker configuration`, { cause: error });
  }
}

/** The helper that holds a registry's credentials. */
export function helperFor(config: DockerConfig, reference: RegistryReference): string | undefined {
  return bestEntry(config.credHelpers ?? {}, reference) ?? (config.credsStore || undefined);
}

/** The credentials that the file itself holds for a repository: those of the longest prefix of its name. */
export function entryFor(config: DockerConfig, reference: RegistryReference): StoredEntry | undefined {
  const entry = bestEntry(config.auths ?? {}, reference);
  if (!entry) return undefined;
  if (entry.registrytoken) return { kind: 'registry-token', token: entry.registrytoken };
  if (entry.identitytoken) return { kind: 'identity-token', token: entry.identitytoken };
  const decoded = Buffer.from(entry.auth ?? '', 'base64')
    .toString('utf8')
    .replace(/\0+$/, '');
  const colon = decoded.indexOf(':');
  if (colon > 0) return { kind: 'password', username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
  if (entry.username) return { kind: 'password', username: entry.username, password: entry.password ?? '' };
  return undefined;
}

/** The name under which helpers and files know a registry. */
export function serverAddress(registry: string): string {
  return registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
}

function bestEntry<T>(entries: Readonly<Record<string, T>>, reference: RegistryReference): T | undefined {
  const name = `${reference.registry}/${reference.repository}`;
  let best: { readonly value: T; readonly length: number } | undefined;
  for (const [key, value] of Object.entries(entries)) {
    const prefix = normaliseKey(key);
    if (prefix !== name && !name.startsWith(`${prefix}/`)) continue;
    if (!best || prefix.length > best.length) best = { value, length: prefix.length };
  }
  return best?.value;
}

/** Keys are hosts, addresses of an ancient protocol (`https://index.docker.io/v1/`) or, with Podman, repositories. */
function normaliseKey(key: string): string {
  const [, scheme, rest = ''] = /^(https?:\/\/)?(.*)$/s.exec(key) ?? [];
  const host = rest.split('/', 1)[0] ?? '';
  const path = scheme
    ? ''
    : rest
        .slice(host.length)
        .replace(/^\/v[12]\/?$/, '')
        .replace(/\/$/, '');
  return `${/^(?:index|registry-1)\.docker\.io$/.test(host) ? 'docker.io' : host}${path}`;
}
