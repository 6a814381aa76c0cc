import * as z from 'zod';
import { imageDigest } from './images.ts';
import { flag, listOf, pageOf, pageQuery } from './paging.ts';
import { findingStatus, packageTypes, severity, threat } from './severity.ts';

export const vulnerabilityRow = z.object({
  id: z.string(),
  aliases: z.array(z.string()),
  title: z.string().optional(),
  /** The worst that any affected package's source says. */
  severity,
  cvss: z.number().optional(),
  threat,
  /** 0 to 100. */
  risk: z.number(),
  images: z.number().int().describe('Images affected now.'),
  packages: z.array(z.string()).describe('Names of affected packages, at most ten.'),
  fixable: z.boolean().describe('A fix exists for at least one affected package.'),
  firstSeen: z.string(),
});

export const vulnerabilityFilter = z.object({
  q: z.string().max(200).optional().describe('Part of an id, a title or a package name.'),
  severity: listOf(severity),
  fixable: flag.optional(),
  exploited: flag.optional(),
  epss: z.coerce.number().min(0).max(1).optional(),
  type: packageTypes,
});

export const vulnerabilityQuery = vulnerabilityFilter
  .extend({
    sort: z.enum(['risk', 'images', 'epss', 'id', 'firstSeen']).default('risk'),
    direction: z.enum(['asc', 'desc']).optional(),
  })
  .extend(pageQuery.shape);

export const vulnerabilityPage = pageOf(vulnerabilityRow);

export const vulnerabilityDetail = vulnerabilityRow.extend({
  cvssList: z.array(z.object({ version: z.string(), vector: z.string(), score: z.number(), source: z.string() })),
  cwe: z.array(z.string()),
  ssvc: z.object({ exploitation: z.string(), automatable: z.string(), technicalImpact: z.string() }).optional(),
  published: z.string().optional(),
  references: z.array(z.string()),
  riskParts: z.array(z.object({ name: z.string(), points: z.number(), because: z.string() })),
  exploits: z.object({
    metasploit: z.array(z.string()),
    github: z.number().int(),
    exploitDb: z.number().int(),
  }),
  affected: z.array(
    z.object({
      package: z.object({ name: z.string(), version: z.string(), type: z.string() }),
      stream: z.string().optional(),
      severity,
      status: findingStatus,
      fixed: z.array(z.string()),
      images: z.number().int(),
    }),
  ),
});

/** An image that it affects. */
export const affectedImage = z.object({
  digest: imageDigest,
  name: z.string(),
  package: z.object({ name: z.string(), version: z.string(), type: z.string() }),
  status: findingStatus,
  fixed: z.array(z.string()),
  since: z.string(),
});

export const affectedImagePage = pageOf(affectedImage);

export type VulnerabilityRow = z.infer<typeof vulnerabilityRow>;
export type VulnerabilityQuery = z.infer<typeof vulnerabilityQuery>;
export type VulnerabilityPage = z.infer<typeof vulnerabilityPage>;
export type VulnerabilityDetail = z.infer<typeof vulnerabilityDetail>;
export type AffectedImage = z.infer<typeof affectedImage>;
