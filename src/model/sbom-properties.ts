import type { Owner, Package } from './package.ts';
import type { ScannedImage } from './report.ts';

/**
 * The facts of a report that neither CycloneDX nor SPDX has a field for, as named texts, so that scanning our own SBOM
 * gives what scanning the image gave. In CycloneDX they are `properties` of the component and of `metadata.component`;
 * in SPDX one annotation of the package (and of the document) holds them all, see `annotationOf`.
 * Names are API: never renamed or reused. `n` in a name counts from 0. What the package URL tells is not repeated.
 */
export const sbomProperty = {
  /** `Package.id`: stable within the image. */
  id: 'breakwater:package:id',
  /** `Package.name` where a package URL loses its case: Go paths, old npm names. */
  name: 'breakwater:package:name',
  /** `Package.namespace` for the same reason. */
  namespace: 'breakwater:package:namespace',
  /** Name of the source package. */
  sourceName: 'breakwater:package:sourceName',
  /** Full version of the source package, epoch included. */
  sourceVersion: 'breakwater:package:sourceVersion',
  /** Advisory stream: `debian:12`. */
  stream: 'breakwater:package:stream',
  /** RPM module and stream: `nodejs:18`. */
  module: 'breakwater:package:module',
  /** Who built the package, as its metadata says. */
  vendor: 'breakwater:package:vendor',
  /** `true` or `false`: the distribution itself did not, or did, build it. Absent when not known. */
  thirdParty: 'breakwater:package:thirdParty',
  /** How we know that it is there: a value of `Evidence`. */
  evidence: 'breakwater:package:evidence',
  /** Prefix of `:n:path` and `:n:layer`: files that prove the package, and the layer that brought each. */
  location: 'breakwater:package:location',
  /** `os-package`, `none` or `unknown`. */
  ownerKind: 'breakwater:package:ownerKind',
  /** Id of the operating-system package that installed it. */
  ownerId: 'breakwater:package:ownerId',
  /** `true` when that package is not the distribution's own. */
  ownerThirdParty: 'breakwater:package:ownerThirdParty',
  /** Prefix of `:n`: `vendor:product` pairs under which NVD-style ranges know it. */
  cpe: 'breakwater:package:cpe',
  /** Its name in the `bitnami` stream. */
  bitnami: 'breakwater:package:bitnami',
  /** Prefix of `:n`: licences as the package states them. */
  license: 'breakwater:package:license',
  /** `GOOS/GOARCH` of a Go binary. */
  goPlatform: 'breakwater:package:goPlatform',
  /** What a Go program was linked from of this module (`Package.symbols`), as a JSON list. */
  symbols: 'breakwater:package:symbols',
  /** `true` for a dependency of development only. */
  development: 'breakwater:package:development',

  /** `image`, `directory` or `sbom`. */
  imageKind: 'breakwater:image:kind',
  /** The image as the user named it. */
  imageReference: 'breakwater:image:reference',
  imageManifestDigest: 'breakwater:image:manifestDigest',
  imageConfigDigest: 'breakwater:image:configDigest',
  /** `os/architecture` or `os/architecture/variant`. */
  imagePlatform: 'breakwater:image:platform',
  /** Prefix of `:n:diffID` and `:n:createdBy`: layers, lowest first. */
  imageLayer: 'breakwater:image:layer',
  /** `ID` of os-release. */
  osId: 'breakwater:os:id',
  /** `VERSION_ID` of os-release. */
  osVersion: 'breakwater:os:version',
  /** `PRETTY_NAME` of os-release. */
  osName: 'breakwater:os:name',
} as const;

/** As CycloneDX has it. */
export interface SbomProperty {
  readonly name: string;
  readonly value: string;
}

/** Everything of a package that its package URL does not say. */
export function packageProperties(package_: Package): readonly SbomProperty[] {
  return propertiesFrom([
    [sbomProperty.id, package_.id],
    [sbomProperty.name, losesCase(package_.name) ? package_.name : undefined],
    [sbomProperty.namespace, losesCase(package_.namespace) ? package_.namespace : undefined],
    [sbomProperty.sourceName, package_.source?.name],
    [sbomProperty.sourceVersion, package_.source?.version],
    [sbomProperty.stream, package_.stream],
    [sbomProperty.module, package_.module],
    [sbomProperty.vendor, package_.vendor],
    [sbomProperty.thirdParty, package_.thirdParty],
    [sbomProperty.evidence, package_.evidence],
    ...package_.locations.flatMap((location, n): Entry[] => [
      [`${sbomProperty.location}:${n}:path`, location.path],
      [`${sbomProperty.location}:${n}:layer`, location.layer],
    ]),
    ...ownerEntries(package_.owner),
    ...numbered(sbomProperty.cpe, package_.cpes),
    [sbomProperty.bitnami, package_.bitnami],
    ...numbered(sbomProperty.license, package_.licenses),
    [sbomProperty.goPlatform, package_.goPlatform],
    [sbomProperty.symbols, package_.symbols && JSON.stringify(package_.symbols)],
    [sbomProperty.development, package_.development],
  ]);
}

/** What is known of the image, for `metadata.component`. */
export function imageProperties(image: ScannedImage): readonly SbomProperty[] {
  const { platform } = image;
  return propertiesFrom([
    [sbomProperty.imageKind, image.kind],
    [sbomProperty.imageReference, image.reference],
    [sbomProperty.imageManifestDigest, image.manifestDigest],
    [sbomProperty.imageConfigDigest, image.configDigest],
    [
      sbomProperty.imagePlatform,
      platform && [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/'),
    ],
    ...image.layers.flatMap((layer, n): Entry[] => [
      [`${sbomProperty.imageLayer}:${n}:diffID`, layer.diffID],
      [`${sbomProperty.imageLayer}:${n}:createdBy`, layer.createdBy],
    ]),
    [sbomProperty.osId, image.os?.id],
    [sbomProperty.osVersion, image.os?.version],
    [sbomProperty.osName, image.os?.name],
  ]);
}

/** The comment of the SPDX annotation that carries the properties of its element. */
export function annotationOf(properties: readonly SbomProperty[]): string {
  return annotationPrefix + JSON.stringify(Object.fromEntries(properties.map(({ name, value }) => [name, value])));
}

/** The properties in an SPDX annotation's comment; none when it is another tool's. */
export function propertiesOfAnnotation(comment: string): readonly SbomProperty[] {
  if (!comment.startsWith(annotationPrefix)) return [];
  try {
    const entries: [string, unknown][] = Object.entries(JSON.parse(comment.slice(annotationPrefix.length)) ?? {});
    return entries.flatMap(([name, value]) => (typeof value === 'string' ? [{ name, value }] : []));
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

const annotationPrefix = 'breakwater:properties ';

type Entry = readonly [name: string, value: string | boolean | undefined];

function propertiesFrom(entries: readonly Entry[]): SbomProperty[] {
  return entries.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [{ name, value: String(value) }],
  );
}

function numbered(prefix: string, values: readonly string[] | undefined): Entry[] {
  return (values ?? []).map((value, n) => [`${prefix}:${n}`, value]);
}

function ownerEntries(owner: Owner): Entry[] {
  if (owner.kind !== 'os-package') return [[sbomProperty.ownerKind, owner.kind]];
  return [
    [sbomProperty.ownerKind, owner.kind],
    [sbomProperty.ownerId, owner.id],
    [sbomProperty.ownerThirdParty, owner.thirdParty],
  ];
}

function losesCase(text: string | undefined): boolean {
  return text !== undefined && text !== text.toLowerCase();
}
