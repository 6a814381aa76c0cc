/** How we know that a package is there. */
export type Evidence =
  /** The package manager's own database of what it installed. */
  | 'installed-database'
  /** Metadata that an installed package carries with it: package.json, METADATA, pom.properties, deps.json. */
  | 'installed-metadata'
  /** Recorded in, or recognised from, the content of a binary. */
  | 'binary'
  /** A lock file: what would be installed. Only ever read from directories, never from images. */
  | 'lock-file'
  /** Somebody else's SBOM. */
  | 'sbom';

/** The package from which a distribution built this one. */
export interface SourcePackage {
  readonly name: string;
  readonly version: string;
}

/** Where a package instance was seen. */
export interface Location {
  /** Path inside the image, without a leading slash. `!/` separates an archive from the entry inside it. */
  readonly path: string;
  /** Digest (`sha256:…`) of the uncompressed layer that brought it; absent for directories and SBOMs. */
  readonly layer?: string;
}

/**
 * What one cataloger says of one package, before the parts that need the whole image (id, ownership) are added.
 * The fields up to `bitnami` are all that a matcher reads (design 3.1): two packages equal in them have equal candidates.
 */
export interface PackageDraft {
  /** purl type: `apk`, `deb`, `rpm`, `npm`, `pypi`, `golang`, `cargo`, `maven`, `gem`, `composer`, `nuget`, `conda`, `generic`, `bitnami`. */
  readonly type: string;
  /** purl namespace: npm scope with its `@`, Maven group id, distribution (`alpine`), Go path without its last part. */
  readonly namespace?: string;
  /** As the ecosystem writes it, normalised by its rule (PEP 503, lower case for NuGet and Composer …). */
  readonly name: string;
  /** The full version, epoch included (`1:2.3-4`); empty when it could not be learned, with a problem that says so. */
  readonly version: string;
  readonly arch?: string;
  readonly source?: SourcePackage;
  /** The advisory stream of an operating-system package (`alpine:3.18`, `debian:12`), or of plug-ins that their host's makers warn of (`jenkins`). */
  readonly stream?: string;
  /** RPM module and stream: `nodejs:18`. */
  readonly module?: string;
  /** Who built it, as its metadata says: the `Vendor` of an RPM, the maintainer's domain of a deb. */
  readonly vendor?: string;
  /** True where the distribution itself did not build this package (EPEL, NodeSource, Docker): its feed does not cover it. */
  readonly thirdParty?: boolean;
  /** CPE 2.3 `vendor:product` pairs under which NVD-style ranges know it, most likely first. Only for known binaries. */
  readonly cpes?: readonly string[];
  /** Name under which the `bitnami` stream knows the same program. Only for known binaries. */
  readonly bitnami?: string;

  readonly evidence: Evidence;
  /** Files that prove it, the most telling first. At least one. */
  readonly locations: readonly Location[];
  /** Extra purl qualifiers beyond `arch` and `distro`, which are added from the fields above. */
  readonly qualifiers?: Readonly<Record<string, string>>;
  /** purl subpath, for Go packages below a module. */
  readonly subpath?: string;
  /** Files that this operating-system package installed, as its database lists them. */
  readonly files?: readonly string[];
  readonly licenses?: readonly string[];
  /**
   * What a Go program was linked from of this module, when its function table tells: for each import path a text, the
   * path and the fingerprints of its functions (see `vulnerability/go-functions.ts`). Empty when of none of it.
   */
  readonly symbols?: readonly string[];
  /** `GOOS/GOARCH` of a Go binary; of a Rust one `GOOS` alone, in Go's words. */
  readonly goPlatform?: string;
  /** Dependency of development only (lock files). */
  readonly development?: boolean;
}

/** Who installed the file that proves a package. */
export type Owner =
  | { readonly kind: 'os-package'; readonly id: string; readonly thirdParty: boolean }
  | { readonly kind: 'none' }
  /** A foreign SBOM that does not say. */
  | { readonly kind: 'unknown' };

/** One package instance in one image. */
export interface Package extends Omit<PackageDraft, 'files' | 'symbols'> {
  /** Stable within an image and across scans of it: derived from purl and first path. */
  readonly id: string;
  readonly purl: string;
  readonly owner: Owner;
  readonly symbols?: readonly string[];
}
