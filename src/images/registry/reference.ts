import { type Digest, isDigest } from '../../lib/digest.ts';
import { AppError } from '../../lib/errors.ts';

/** The name of an image in a registry, with every default filled in. */
export interface RegistryReference {
  /** Host and port: `docker.io`, `localhost:5000`, `[::1]:5000`. */
  readonly registry: string;
  /** `library/alpine`. */
  readonly repository: string;
  /** Absent only where a digest is given alone. */
  readonly tag?: string;
  /** Pins the image; a tag beside it is for people. */
  readonly digest?: Digest;
}

const dockerHub = 'docker.io';
const longestReference = 1024;
const longestRepository = 255;

/**
 * Reads a reference by the grammar of https://github.com/distribution/reference, with Docker's defaults: `docker.io`,
 * `library/` and `latest`. Throws INPUT_UNRECOGNISED saying what is wrong with it.
 */
export function parseReference(text: string): RegistryReference {
  const read = readReference(text);
  if (typeof read !== 'string') return read;
  throw new AppError(
    'INPUT_UNRECOGNISED',
    `"${shown(text)}" is not the name of an image: ${read}. Names look like alpine:3.20 or registry.example.com/team/app@sha256:….`,
  );
}

/** Whether the text is by its form the name of an image. */
export function isReference(text: string): boolean {
  return typeof readReference(text) !== 'string';
}

/** The full name, as `docker pull` prints it. */
export function formatReference({ registry, repository, tag, digest }: RegistryReference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** Whether the text is the name of a repository within a registry, and leads nowhere else. */
export function isRepository(text: string): boolean {
  return text.length <= longestRepository && text.split('/').every(isPathComponent);
}

export function isTag(text: string): boolean {
  return /^\w[\w.-]{0,127}$/.test(text);
}

/** Whether the text is a host and maybe a port. */
export function isRegistryHost(text: string): boolean {
  return isHostAndPort(text);
}

/** The reference, or what is wrong with the text. */
function readReference(text: string): RegistryReference | string {
  if (text.length > longestReference) return `it is longer than ${longestReference} characters`;
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) return digestFault(digest);

  const pinned = at < 0 ? text : text.slice(0, at);
  const colon = pinned.lastIndexOf(':');
  const hasTag = colon > pinned.lastIndexOf('/') && colon > pinned.lastIndexOf(']');
  const tag = hasTag ? pinned.slice(colon + 1) : undefined;
  if (tag !== undefined && !isTag(tag)) return `"${shown(tag)}" is not a tag`;

  const name = readName(hasTag ? pinned.slice(0, colon) : pinned);
  if (typeof name === 'string') return name;
  const effectiveTag = tag ?? (digest === undefined ? 'latest' : undefined);
  return {
    ...name,
    ...(effectiveTag !== undefined && { tag: effectiveTag }),
    ...(digest !== undefined && { digest }),
  };
}

function readName(name: string): Pick<RegistryReference, 'registry' | 'repository'> | string {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = /[.:[]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const host = isHost ? first : dockerHub;
  const path = isHost ? name.slice(slash + 1) : name;
  if (!isHostAndPort(host)) return `"${shown(host)}" is not a host`;
  if (path === '') return 'it has no repository';
  if (path.length > longestRepository) return `its repository is longer than ${longestRepository} characters`;
  if (path !== path.toLowerCase()) return 'the repository must be in lower case';
  if (!path.split('/').every(isPathComponent)) return `"${shown(path)}" is not a repository`;
  // Docker takes 64 hex digits for the id of a local image.
  if (!isHost && /^[0-9a-f]{64}$/.test(path))
    return 'it is an image id, which only the engine that holds the image knows';

  const registry = host === 'index.docker.io' ? dockerHub : host;
  const repository = registry === dockerHub && !path.includes('/') ? `library/${path}` : path;
  return { registry, repository };
}

function isHostAndPort(text: string): boolean {
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (port !== undefined && (Number(port) === 0 || Number(port) > 65_535)) return false;
  if (host.startsWith('[')) return URL.canParse(`http://${host}/`) && /^\[[0-9a-fA-F:]+\]$/.test(host);
  return host.length <= 253 && host.split('.').every((label) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(label));
}

function isPathComponent(text: string): boolean {
  return /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/.test(text);
}

function digestFault(digest: string): string {
  if (/^[a-z0-9+._-]+:[0-9a-fA-F]{32,}$/.test(digest) && !digest.startsWith('sha256:')) {
    return `digests of the kind ${digest.slice(0, digest.indexOf(':'))} are not supported, only sha256`;
  }
  return `"${shown(digest)}" is not a digest, which is "sha256:" and 64 hex digits in lower case`;
}

function shown(text: string): string {
  const clean = text.replace(/[\x00-\x1f\x7f-\x9f]/g, '?');
  return clean.length > 100 ? `${clean.slice(0, 100)}…` : clean;
}
