import * as z from 'zod';
import { listOf } from './paging.ts';

export const severity = z.enum(['critical', 'high', 'medium', 'low', 'negligible', 'unknown']);

export const findingStatus = z.enum(['fixed', 'not-fixed', 'will-not-fix', 'unknown']);

/** A filter. */
export const packageTypes = listOf(z.string().max(50)).describe(
  'Of packages of one of these types, as package URLs name them: `deb`, `npm`, `golang`.',
);

/** Findings that stand (exceptions aside), by severity, and of all of those the ones with a fix and the exploited ones. */
export const findingCounts = z.object({
  critical: z.number().int(),
  high: z.number().int(),
  medium: z.number().int(),
  low: z.number().int(),
  negligible: z.number().int(),
  unknown: z.number().int(),
  fixable: z.number().int(),
  /** In CISA's catalogue of exploited vulnerabilities. */
  exploited: z.number().int(),
});

export type FindingCounts = z.infer<typeof findingCounts>;

/** What makes a flaw urgent, each with where it comes from. */
export const threat = z.object({
  kev: z.object({ added: z.string(), due: z.string().optional(), ransomware: z.boolean() }).optional(),
  epss: z.object({ score: z.number(), percentile: z.number(), date: z.string() }).optional(),
  /** Number of public exploits known. */
  exploits: z.number().int(),
});

export type Threat = z.infer<typeof threat>;

/** The parts that a risk score is made of; they add up to it. */
export const riskScore = z.object({
  /** 0 to 100. */
  score: z.number().min(0).max(100),
  parts: z.array(z.object({ name: z.string(), points: z.number(), because: z.string() })),
});
