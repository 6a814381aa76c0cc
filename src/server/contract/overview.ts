import * as z from 'zod';
import { recommendationRow } from './recommendations.ts';
import { findingCounts } from './severity.ts';
import { vulnerabilityRow } from './vulnerabilities.ts';

export const overviewQuery = z.object({
  since: z.iso.datetime().optional().describe('What counts as new; a day ago when not said.'),
});

const gap = z.object({
  /** Stable, for machines. */
  code: z.string(),
  seen: z.enum(['nothing', 'part', 'later']).describe('How much of it is seen; `later` comes by itself.'),
  count: z.number().int(),
  title: z.string(),
  why: z.string().describe('What it means for the figures.'),
  next: z.string(),
  command: z.string().optional(),
});

export const overview = z.object({
  since: z.string(),
  images: z.object({
    total: z.number().int(),
    scanned: z.number().int(),
    failed: z.number().int(),
    queued: z.number().int(),
    /** Scanned, but something kept the result from being complete. */
    partial: z.number().int(),
    endOfLife: z.number().int(),
  }),
  findings: findingCounts,
  changed: z.object({
    pushed: z.number().int().describe('Images that came.'),
    appeared: z.number().int().describe('Findings that came, by push or advisory.'),
    went: z.number().int(),
    /** Newly affecting flaws, worst first, at most five. */
    newest: z.array(vulnerabilityRow),
  }),
  fixFirst: z.array(recommendationRow).describe('At most five.'),
  trend: z
    .array(z.object({ day: z.iso.date(), counts: findingCounts }))
    .describe(
      'A point for each of the last 90 days that was counted, oldest first; of a part of the estate, since somebody first asked for it.',
    ),
  database: z.object({ built: z.string(), ageHours: z.number(), stale: z.boolean() }).optional(),
  gaps: z.array(gap).describe('What the figures leave out, the blindest first.'),
});

/** What Ctrl-K finds. */
export const searchResult = z.object({
  hits: z.array(
    z.object({
      kind: z.enum(['image', 'vulnerability', 'package', 'registry', 'repository']),
      id: z.string(),
      title: z.string(),
      detail: z.string().optional(),
    }),
  ),
});

export const searchQuery = z.object({ q: z.string().min(1).max(200) });

export type Overview = z.infer<typeof overview>;
export type SearchResult = z.infer<typeof searchResult>;
