import type { Severity } from './severity.ts';

export type FindingStatus = 'fixed' | 'not-fixed' | 'will-not-fix' | 'unknown';

/** A verdict of one source: why this package is held to be affected. */
export interface Why {
  /** Feed id. */
  readonly source: string;
  /** The record in that feed: `GO-2023-1571`, `ALSA-2023:4063`. */
  readonly record: string;
  readonly stream: string;
  /** Name under which the package was looked up: its own, its source package's, or `vendor:product`. */
  readonly name: string;
  /** The version that was compared: the package's, or its source package's. */
  readonly version: string;
  readonly scheme: string;
  /** The interval that matched, for people: `>= 1.0, < 1.2.3`; or the exact version listed. */
  readonly range: string;
  /** The comparisons made, each true: `1.1.1 >= 1.0`, `1.1.1 < 1.2.3`. */
  readonly comparisons: readonly string[];
  readonly fixed?: string;
  readonly severity?: Severity;
  /** Remarks: uncertain upper bound, no vendor feed for a third-party package, ownership unknown. */
  readonly notes?: readonly string[];
}

export interface CvssScore {
  /** `2.0`, `3.0`, `3.1`, `4.0`. */
  readonly version: string;
  readonly vector: string;
  readonly score: number;
  readonly source: string;
}

/** One flaw in one package instance of one image. */
export interface Finding {
  /** The flaw's preferred id: CVE, else GHSA, else the source's own. */
  readonly id: string;
  readonly aliases: readonly string[];
  readonly title?: string;
  /** Id of the package instance in the report. */
  readonly package: string;
  readonly purl: string;
  readonly installed: string;
  /** Versions that fix it, lowest first; for a branch per entry where a source keeps several. */
  readonly fixed: readonly string[];
  readonly status: FindingStatus;
  /** The lowest version known that is free of this and, as far as possible, of all other fixable findings of the package. */
  readonly upgradeTo?: string;
  readonly severity: Severity;
  /** Who says so: feed id, `ghsa`, or `cvss:<source>`. */
  readonly severitySource: string;
  readonly cvss: readonly CvssScore[];
  readonly cwe: readonly string[];
  readonly epss?: { readonly score: number; readonly percentile: number; readonly date: string };
  readonly kev?: { readonly added: string; readonly due?: string; readonly ransomware: boolean };
  readonly exploits?: {
    readonly metasploit?: readonly string[];
    readonly github?: number;
    readonly exploitDb?: number;
  };
  readonly ssvc?: { readonly exploitation: string; readonly automatable: string; readonly technicalImpact: string };
  readonly published?: string;
  readonly references: readonly string[];
  /** At least one. */
  readonly why: readonly Why[];
  /** Set when an ignore rule covers it: not counted by `--fail-on`, still in the report. */
  readonly ignored?: { readonly reason: string; readonly expires?: string };
}
