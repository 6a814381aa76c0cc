import * as z from 'zod';

/** What an administrator may change while the server runs; the rest is configuration. */
export const settings = z.object({
  /** The vulnerability database counts as stale after so many hours. */
  staleAfterHours: z.number().int().min(1).max(8_760),
  /** Days until a recommendation is due, by its worst severity. */
  dueDays: z.object({
    critical: z.number().int().min(1).max(3_650),
    high: z.number().int().min(1).max(3_650),
    medium: z.number().int().min(1).max(3_650),
    low: z.number().int().min(1).max(3_650),
  }),
  /** An exception must end within so many days; 0 lets it stand. */
  exceptionDays: z.number().int().min(0).max(3_650),
  historyDays: z
    .number()
    .int()
    .min(1)
    .max(36_500)
    .describe('So many days what happened is kept; what stands, and what people decided, is kept whatever its age.'),
});

export const settingsChange = settings.partial();

/** What runs here, for the page and for support. */
export const about = z.object({
  version: z.string(),
  postgres: z.object({ version: z.string(), embedded: z.boolean() }),
  replicas: z.number().int(),
  started: z.string(),
});

export type Settings = z.infer<typeof settings>;
export type About = z.infer<typeof about>;
