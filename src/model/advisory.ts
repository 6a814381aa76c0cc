import type { Severity } from './severity.ts';

/**
 * One interval of affected versions, in the stream's version scheme. A version is inside when it is
 * `>= introduced` (or `> after`) and `< fixed` and `<= lastAffected`; an absent bound does not bound.
 */
export interface VersionRange {
  readonly introduced?: string;
  readonly after?: string;
  readonly fixed?: string;
  readonly lastAffected?: string;
}

/** What the source says about a package; `affected` unless told otherwise. */
export type AffectedStatus =
  | 'affected'
  /** Explicitly not vulnerable (Alpine's and Debian's fixed version "0"). Silences other sources for what this package owns. */
  | 'not-affected'
  | 'will-not-fix'
  | 'deferred'
  | 'under-investigation';

/** One package in one stream, as one advisory describes it. */
export interface AffectedPackage {
  /**
   * Where the package lives: a distribution stream (`alpine:3.18`, `debian:12`, `almalinux:9`, `azurelinux:3.0`), or the
   * purl type of a language (`npm`, `pypi`, `golang`, `cargo`, `maven`, `gem`, `composer`, `nuget`), or `bitnami`,
   * `jenkins`, or `cpe` for NVD-style ranges (name is then `vendor:product`).
   */
  readonly stream: string;
  /** Normalised like `Package`: PEP 503 for pypi, `group:artifact` for maven, lower case for nuget and composer, full module path for golang (`stdlib`, `toolchain`). Source package for distributions whose feeds speak of sources. */
  readonly name: string;
  readonly ranges: readonly VersionRange[];
  /** Exactly these versions are affected too, spelled as the source spells them. */
  readonly versions?: readonly string[];
  readonly status?: AffectedStatus;
  /** RPM `module:stream` to which the ranges are limited. */
  readonly module?: string;
  readonly arch?: readonly string[];
  /** Go: vulnerable symbols by import path. Empty list: the whole package. */
  readonly symbols?: Readonly<Record<string, readonly string[]>>;
  readonly goos?: readonly string[];
  readonly goarch?: readonly string[];
  /** A fixed version exists but the source did not say in which interval (lost upper bound): the finding is marked uncertain. */
  readonly uncertain?: boolean;
}

/** One flaw as one source describes it. */
export interface Advisory {
  /** The flaw's id as this source names it: the CVE where it gives exactly one, else its own id. */
  readonly id: string;
  /** The document that says so, when it is not `id`: an erratum (ALSA-2023:1234) that fixes many flaws. */
  readonly record?: string;
  /** Other ids of the same flaw. One to one: ids of documents that cover several flaws never stand here. */
  readonly aliases: readonly string[];
  /** Ids that belong to the subject but are not the same flaw. */
  readonly related?: readonly string[];
  readonly title?: string;
  /** ISO dates, `YYYY-MM-DD`. */
  readonly published?: string;
  readonly modified?: string;
  /** Set when the source took the advisory back: it never matches, and is kept as a tombstone. */
  readonly withdrawn?: string;
  /** The source's own judgement. Absent when it makes none. */
  readonly severity?: Severity;
  /** CVSS vectors as given: `CVSS:3.1/…`, `CVSS:4.0/…`, or a bare version 2 vector. */
  readonly cvss?: readonly string[];
  /** `CWE-79`. */
  readonly cwe?: readonly string[];
  /** At most a handful: the advisory's own page first. */
  readonly references?: readonly string[];
  readonly affected: readonly AffectedPackage[];
}
