import * as z from 'zod';
import { instant, listOf, pageOf, pageQuery } from './paging.ts';

export const jobKind = z.enum(['scan', 'crawl', 'rematch', 'backup']);
export const jobState = z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']);

export const jobRow = z.object({
  id: z.string(),
  kind: jobKind,
  /** What it is about: an image's name, a registry. */
  subject: z.string(),
  state: jobState,
  /** 0 to 1, while it runs and its end can be told. */
  progress: z.number().optional(),
  detail: z.string().optional(),
  attempt: z.number().int(),
  because: z.string().describe('push, crawl, upload, asked, advisory'),
  created: instant,
  started: instant.optional(),
  finished: instant.optional(),
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
});

export const jobQuery = z
  .object({ kind: listOf(jobKind), state: listOf(jobState), q: z.string().max(200).optional() })
  .extend(pageQuery.shape);

export const jobPage = pageOf(jobRow);

export const jobSummary = z.object({
  waiting: z.number().int(),
  running: z.number().int(),
  failedLastDay: z.number().int(),
  /** Finished a minute, over the last five. */
  perMinute: z.number(),
});

export type JobRow = z.infer<typeof jobRow>;
export type JobQuery = z.infer<typeof jobQuery>;
export type JobSummary = z.infer<typeof jobSummary>;
