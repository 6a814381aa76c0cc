import type { Finding } from './finding.ts';
import type { Package } from './package.ts';
import type { Problem } from './problem.ts';

/** What was scanned. */
export interface ScannedImage {
  /** As the user named it. */
  readonly reference: string;
  /** `image`, `directory` or `sbom`. */
  readonly kind: 'image' | 'directory' | 'sbom';
  readonly manifestDigest?: string;
  readonly configDigest?: string;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  readonly os?: {
    readonly id: string;
    readonly version?: string;
    readonly name?: string;
    /**
     * When the last support ends that costs nothing: ISO date, or true/false where the source gives no date; absent when
     * not known.
     */
    readonly endOfLife?: string | boolean;
    /**
     * How the release is looked after on the day of the scan, and until when; absent when not known. `long-term` fixes a
     * part of it for everybody; `extended` is sold, and its advisories are not at hand.
     */
    readonly support?: {
      readonly kind: 'regular' | 'long-term' | 'extended' | 'none';
      readonly until?: string;
    };
  };
  /** Digests of the uncompressed layers, lowest first, with the build step that made each when the image says it. */
  readonly layers: readonly { readonly diffID: string; readonly createdBy?: string }[];
}

/** What the database knows of a stream that this image needs. */
export interface StreamCoverage {
  readonly stream: string;
  readonly level: 'none' | 'fixed-only' | 'full';
  /** ISO date of the newest snapshot; absent for level `none`. */
  readonly date?: string;
}

/** The result of a scan. The JSON exporter writes it as `output/report-document.ts` says; `schemas/report-1.json` is the published schema of that. */
export interface Report {
  readonly schema: 'breakwater/report/1';
  readonly image: ScannedImage;
  readonly packages: readonly Package[];
  readonly findings: readonly Finding[];
  readonly coverage: readonly StreamCoverage[];
  readonly problems: readonly Problem[];
  readonly database: {
    /** ISO time at which it was built. */
    readonly built: string;
    readonly sources: readonly { readonly id: string; readonly date: string; readonly records: number }[];
  };
  readonly scanner: { readonly name: 'breakwater'; readonly version: string };
}
