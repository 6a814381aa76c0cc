import * as z from 'zod';
import { instant, listOf, pageOf, pageQuery } from './paging.ts';

export const exceptionState = z.enum(['asked', 'approved', 'refused', 'expired', 'withdrawn']);

/** What it covers: all given conditions hold. Globs (`*`) in repository and package. */
export const exceptionScope = z.object({
  vulnerability: z.string().max(100).optional(),
  package: z.string().max(300).optional(),
  registry: z.string().max(100).optional(),
  repository: z.string().max(300).optional(),
  image: z.string().max(100).optional(),
});

export const exceptionRow = z.object({
  id: z.string(),
  scope: exceptionScope,
  reason: z.string(),
  kind: z.enum(['false-positive', 'risk-accepted', 'mitigated', 'not-reachable']),
  state: exceptionState,
  expires: instant.optional(),
  askedBy: z.string(),
  askedAt: instant,
  /** Who approved or refused it, or took it back before anybody did. */
  decidedBy: z.string().optional(),
  decidedAt: instant.optional(),
  decisionNote: z.string().optional(),
  /** When it stopped standing, and who withdrew it; nobody where its time ran out. */
  endedAt: instant.optional(),
  endedBy: z.string().optional(),
  endNote: z.string().optional(),
  /** What it silences now. */
  findings: z.number().int(),
  images: z.number().int(),
});

export const exceptionQuery = z
  .object({ state: listOf(exceptionState), q: z.string().max(200).optional() })
  .extend(pageQuery.shape);

export const exceptionPage = pageOf(exceptionRow);

export const exceptionRequest = z.object({
  scope: exceptionScope.refine((scope) => scope.vulnerability || scope.package, {
    message: 'Name a vulnerability or a package; an exception for everything is none.',
  }),
  reason: z.string().trim().min(5).max(2_000),
  kind: exceptionRow.shape.kind,
  expires: instant.optional(),
});

/** How much a request would silence, before it is made. */
export const exceptionReach = z.object({ findings: z.number().int(), images: z.number().int() });

export const exceptionDecision = z.object({
  decision: z.enum(['approve', 'refuse', 'withdraw']),
  note: z.string().max(2_000).optional(),
});

export type ExceptionRow = z.infer<typeof exceptionRow>;
export type ExceptionQuery = z.infer<typeof exceptionQuery>;
export type ExceptionRequest = z.infer<typeof exceptionRequest>;
export type ExceptionReach = z.infer<typeof exceptionReach>;
export type ExceptionDecision = z.infer<typeof exceptionDecision>;
