import * as z from 'zod';
import { artifactKinds } from '../../model/artifact.ts';
import { flag, instant, listOf, pageOf, pageQuery } from './paging.ts';
import { findingCounts, findingStatus, packageTypes, riskScore, severity, threat } from './severity.ts';

/** `queued` waits for a worker; `failed` could not be scanned, and says why; `artifact` is no image, and says what it is. */
export const imageState = z.enum(['queued', 'scanning', 'scanned', 'failed', 'artifact']);

export const artifactKind = z.enum(artifactKinds);

export const imageDigest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .describe('Digest of the manifest; of the configuration where an upload knows no manifest.');

export const imageProblem = z.object({ code: z.string(), where: z.string(), message: z.string() });

/** Where an image lies, or what it was uploaded for. */
export const imageLocation = z.object({
  registry: z.string(),
  repository: z.string(),
  tags: z.array(z.string()),
  pushed: instant.optional(),
  uploaded: z
    .string()
    .optional()
    .describe('The name a pipeline uploaded it by: it belongs there, but no registry has told that it lies there.'),
});

export const imageRow = z.object({
  digest: imageDigest,
  /** `registry.example/team/app:1.2`, the newest tag of the first place; by digest where there is none. */
  name: z.string(),
  locations: z.array(imageLocation),
  platform: z.string().optional(),
  os: z.string().optional(),
  endOfLife: z.boolean().optional(),
  state: imageState,
  /** Why it could not be scanned. */
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
  artifact: z
    .object({ kind: artifactKind, mediaType: z.string() })
    .optional()
    .describe('What it is, where it is no image.'),
  problems: z.number().int().describe('How many things kept the result from being complete.'),
  counts: findingCounts,
  risk: z.number().min(0).max(100),
  packages: z.number().int(),
  firstSeen: instant,
  scanned: instant.optional(),
});

export const imageSort = z.enum(['risk', 'name', 'pushed', 'scanned', 'critical']);

export const imageFilter = z.object({
  q: z.string().max(200).optional().describe('Part of a name, tag or digest.'),
  registry: listOf(z.string()),
  repository: listOf(z.string()),
  state: listOf(imageState).describe('Images of any state when not said; what is no image only with `artifact`.'),
  os: listOf(z.string()),
  severity: listOf(severity).describe('Images with at least one finding of one of these.'),
  fixable: flag.optional(),
  exploited: flag.optional(),
  endOfLife: flag.optional(),
  partial: flag.optional().describe('Scanned, but something kept the result from being complete.'),
  /** Images that hold this package, `name` or `name@version`. */
  package: z.string().max(300).optional(),
  vulnerability: z.string().max(100).optional(),
});

export const imageQuery = imageFilter.extend(pageQuery.shape).extend({
  sort: imageSort.default('risk'),
  direction: z.enum(['asc', 'desc']).optional(),
});

export const imagePage = pageOf(imageRow);

/** How many images each value of a filter would leave, the others as they are. */
export const facets = z.object({
  facets: z.array(
    z.object({
      name: z.string(),
      values: z.array(z.object({ value: z.string(), count: z.number().int() })),
    }),
  ),
});

export const imageDetail = imageRow.extend({
  risk: z.number(),
  riskParts: riskScore.shape.parts,
  manifestDigest: z.string().optional(),
  configDigest: z.string().optional(),
  layers: z.array(
    z.object({
      diffID: z.string(),
      createdBy: z.string().optional(),
      packages: z.number().int(),
      findings: z.number().int(),
    }),
  ),
  coverage: z.array(
    z.object({ stream: z.string(), level: z.enum(['none', 'fixed-only', 'full']), date: z.string().optional() }),
  ),
  problemList: z.array(
    imageProblem.extend({
      remark: z.boolean().describe('Said beside the result; all of the image was read and compared nevertheless.'),
    }),
  ),
  /** Which vulnerability database judged it. */
  database: z.object({ built: z.string() }),
});

export const imagePackage = z.object({
  /** Id of the instance in the report. */
  id: z.string(),
  purl: z.string(),
  name: z.string(),
  version: z.string(),
  type: z.string(),
  source: z.object({ name: z.string(), version: z.string() }).optional(),
  licenses: z.array(z.string()),
  locations: z.array(z.object({ path: z.string(), layer: z.string().optional() })),
  evidence: z.string(),
  owner: z.string().optional().describe('The operating-system package that installed it.'),
  counts: findingCounts,
});

/** What made a finding appear or go. */
export const changeCause = z.enum(['push', 'advisory', 'exception', 'fixed', 'scan', 'deleted']);

export const findingRow = z.object({
  /** Stable: image, package version and flaw. */
  id: z.string(),
  image: z.object({ digest: imageDigest, name: z.string() }),
  vulnerability: z.string(),
  aliases: z.array(z.string()),
  title: z.string().optional(),
  package: z.object({ name: z.string(), version: z.string(), type: z.string(), purl: z.string() }),
  /** Where the package lies in the image. */
  places: z.array(z.object({ path: z.string(), layer: z.string().optional() })),
  severity,
  severitySource: z.string(),
  cvss: z.number().optional(),
  threat,
  status: findingStatus,
  fixed: z.array(z.string()),
  upgradeTo: z.string().optional(),
  risk: z.number(),
  firstSeen: instant,
  cause: changeCause.describe('What made it appear.'),
  exception: z.object({ id: z.string(), reason: z.string(), expires: instant.optional() }).optional(),
  request: z
    .object({
      id: z.string(),
      state: z.enum(['asked', 'refused']),
      by: z.string().describe('Who asked, or who refused.'),
      at: instant,
    })
    .optional()
    .describe('An exception that was asked for and would cover it: nobody decided yet, or it was refused.'),
});

export const findingFilter = z.object({
  q: z.string().max(200).optional(),
  severity: listOf(severity),
  status: listOf(findingStatus),
  fixable: flag.optional(),
  exploited: flag.optional(),
  /** At least this EPSS score. */
  epss: z.coerce.number().min(0).max(1).optional(),
  package: z.string().max(300).optional(),
  type: packageTypes,
  /** Those under an exception too. */
  excepted: flag.optional(),
});

export const findingQuery = findingFilter.extend(pageQuery.shape);
export const findingPage = pageOf(findingRow);

/** A verdict of one source, with the comparisons made. */
export const findingWhy = z.object({
  vulnerability: z.string(),
  why: z.array(
    z.object({
      source: z.string(),
      record: z.string(),
      stream: z.string(),
      name: z.string(),
      version: z.string(),
      scheme: z.string(),
      range: z.string(),
      comparisons: z.array(z.string()),
      fixed: z.string().optional(),
      severity: z.string().optional(),
      notes: z.array(z.string()).optional(),
    }),
  ),
  risk: riskScore,
  references: z.array(z.string()),
});

/** "Upgrade this, and these go away." */
export const upgradeRow = z.object({
  package: z.object({ name: z.string(), version: z.string(), type: z.string() }),
  to: z.string(),
  removes: z.array(z.string()).describe('Ids of the flaws, most dangerous first.'),
  counts: findingCounts,
});

export const historyEvent = z.object({
  at: instant,
  cause: changeCause,
  change: z.enum(['appeared', 'went', 'seen', 'pushed', 'tagged', 'deleted', 'scanned', 'failed']),
  vulnerability: z.string().optional(),
  package: z.string().optional(),
  image: imageDigest.optional(),
  text: z.string().describe('One sentence for people.'),
});

export const historyPage = pageOf(historyEvent);

export const historyQuery = z
  .object({
    since: instant.optional(),
    cause: listOf(changeCause),
    change: listOf(historyEvent.shape.change),
  })
  .extend(pageQuery.shape);

export const imagePackageQuery = z
  .object({ q: z.string().max(200).optional().describe('Part of a name, version or path.') })
  .extend(pageQuery.shape);

export const imagePackagePage = pageOf(imagePackage);
export const upgradeList = z.object({ items: z.array(upgradeRow) });

export type ArtifactKind = z.infer<typeof artifactKind>;
export type ImageRow = z.infer<typeof imageRow>;
export type ImageQuery = z.infer<typeof imageQuery>;
export type ImageFilter = z.infer<typeof imageFilter>;
export type ImagePage = z.infer<typeof imagePage>;
export type ImageDetail = z.infer<typeof imageDetail>;
export type ImagePackage = z.infer<typeof imagePackage>;
export type Facets = z.infer<typeof facets>;
export type FindingRow = z.infer<typeof findingRow>;
export type FindingFilter = z.infer<typeof findingFilter>;
export type FindingQuery = z.infer<typeof findingQuery>;
export type FindingPage = z.infer<typeof findingPage>;
export type FindingWhy = z.infer<typeof findingWhy>;
export type UpgradeRow = z.infer<typeof upgradeRow>;
export type HistoryEvent = z.infer<typeof historyEvent>;
