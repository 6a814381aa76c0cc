import { type RawBuilder, sql } from 'kysely';
import * as z from 'zod/mini';
import { type Artifact, artifactKinds } from '../../model/artifact.ts';
import type { ImageLocation } from './image-locations.ts';
import { imageName, type Visibility } from './visibility.ts';

export interface FindingCounts {
  readonly critical: number;
  readonly high: number;
  readonly medium: number;
  readonly low: number;
  readonly negligible: number;
  readonly unknown: number;
  readonly fixable: number;
  readonly exploited: number;
}

export interface ReadImage extends FindingCounts {
  readonly id: number;
  readonly digest: string;
  readonly name: string;
  readonly platform: string | null;
  readonly os: string | null;
  readonly end_of_life: boolean | null;
  readonly state: string;
  readonly failure: unknown;
  readonly artifact: string | null;
  readonly media_type: string | null;
  readonly problems: number;
  readonly packages: number;
  readonly first_seen: Date;
  readonly scanned: Date | null;
  readonly risk: number;
}

export interface ImageRow {
  readonly digest: string;
  readonly name: string;
  readonly locations: ImageLocation[];
  readonly platform?: string;
  readonly os?: string;
  readonly endOfLife?: boolean;
  readonly state: (typeof imageStates)[number];
  readonly failure?: { readonly code: string; readonly message: string };
  readonly artifact?: Artifact;
  readonly problems: number;
  readonly counts: FindingCounts;
  readonly risk: number;
  readonly packages: number;
  readonly firstSeen: string;
  readonly scanned?: string;
}

/** Of `image AS i` and `image_summary AS s`. */
export function imageColumns(visibility: Visibility): RawBuilder<ReadImage> {
  return sql<ReadImage>`i.id, i.digest, ${imageName(visibility, 'i')} AS name, i.platform, i.os, i.end_of_life, i.state, i.failure,
    i.artifact, i.media_type, i.problems, i.packages, i.first_seen, i.scanned, s.risk, ${summaryCounts}`;
}

/** The counts of `image_summary AS s`. */
export const summaryCounts = sql<FindingCounts>`s.critical, s.high, s.medium, s.low, s.negligible, s.unknown, s.fixable, s.exploited`;

/** Without where it lies, which is read for a whole page at once: see `locationsOf`. */
export function toImageRow(row: ReadImage): Omit<ImageRow, 'locations'> {
  const failure = failureOf(row.failure);
  return {
    digest: row.digest,
    name: row.name,
    ...(row.platform && { platform: row.platform }),
    ...(row.os && { os: row.os }),
    ...(row.end_of_life !== null && { endOfLife: row.end_of_life }),
    state: imageStates.find((state) => state === row.state) ?? 'queued',
    ...(failure && { failure }),
    ...(row.artifact && { artifact: { kind: artifactKindOf(row.artifact), mediaType: row.media_type ?? '' } }),
    problems: row.problems,
    counts: countsOf(row),
    risk: row.risk,
    packages: row.packages,
    firstSeen: row.first_seen.toISOString(),
    ...(row.scanned && { scanned: row.scanned.toISOString() }),
  };
}

const imageStates = ['queued', 'scanning', 'scanned', 'failed', 'artifact'] as const;

/** One that a later version named is none that this one knows. */
export function artifactKindOf(stored: string): Artifact['kind'] {
  return artifactKinds.find((kind) => kind === stored) ?? 'other';
}

export function countsOf(row: FindingCounts): FindingCounts {
  const { critical, high, medium, low, negligible, unknown, fixable, exploited } = row;
  return { critical, high, medium, low, negligible, unknown, fixable, exploited };
}

const failureForm = z.object({ code: z.string(), message: z.string() });

function failureOf(value: unknown): z.infer<typeof failureForm> | undefined {
  return z.safeParse(failureForm, value).data;
}
