/** One package as one tool lists it, in words that all tools share. */
export interface ListedPackage {
  /** purl type. */
  readonly type: string;
  /** Namespace and name: `org.yaml:snakeyaml`, `@scope/name`, a Go module's path. */
  readonly name: string;
  /** Without Go's `v`; empty when the tool does not know it. */
  readonly version: string;
  /** File of the image, without a leading slash and without the place inside an archive. */
  readonly path: string;
}

/** One flaw of one package version; where it lies does not matter. */
export interface ListedFlaw {
  readonly type: string;
  readonly name: string;
  readonly version: string;
  /** Every id by which the tool names the flaw. */
  readonly ids: readonly string[];
}

/** What one tool says of one image. */
export interface Listing {
  readonly tool: string;
  readonly packages: readonly ListedPackage[];
  /** Absent for a tool that only lists packages. */
  readonly flaws?: readonly ListedFlaw[];
}

/** `npm lodash 4.17.4`: the same for every tool that means the same package version. */
export function keyOf({ type, name, version }: Omit<ListedPackage, 'path'>): string {
  return `${type} ${name} ${version || '?'}`;
}

/** Type, name and version of a package URL; the qualifiers do not take part in comparisons. */
export function partsOfPurl(purl: string): Omit<ListedPackage, 'path'> {
  const [bare = ''] = purl.replace(/^pkg:/, '').split(/[?#]/);
  const at = bare.lastIndexOf('@');
  const path = (at > 0 ? bare.slice(0, at) : bare).split('/').map(decodeURIComponent);
  const version = at > 0 ? decodeURIComponent(bare.slice(at + 1)) : '';
  const [type = '', ...names] = path;
  if (type === 'deb' || type === 'apk' || type === 'rpm') return { type, name: names.at(-1) ?? '', version };
  if (type === 'maven') return { type, name: names.join(':'), version };
  if (type === 'golang') return { type, name: names.join('/'), version: version.replace(/^(go|v)(?=\d)/, '') };
  return { type, name: names.join('/'), version };
}

export function pathOf(path: string | undefined): string {
  return (path ?? '').replace(/^\//, '').split('!/', 1)[0] ?? '';
}
