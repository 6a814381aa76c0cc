import * as z from 'zod';
import { instant, pageOf } from './paging.ts';

export const databaseSource = z.object({
  id: z.string(),
  title: z.string(),
  license: z.string(),
  date: z.string(),
  ageDays: z.number(),
  records: z.number().int(),
  problems: z.number().int(),
});

/** What a vulnerability database changed when it took the place of the one before. */
export const databaseChange = z.object({
  id: z.string(),
  built: instant,
  installed: instant,
  installedBy: z.string(),
  keysChanged: z.number().int(),
  packagesRematched: z.number().int(),
  imagesChanged: z.number().int(),
  appeared: z.number().int(),
  went: z.number().int(),
  /** ms */
  took: z.number(),
});

export const databaseStatus = z.object({
  built: instant,
  ageHours: z.number(),
  stale: z.boolean(),
  sources: z.array(databaseSource),
  streams: z.array(z.object({ id: z.string(), level: z.enum(['none', 'fixed-only', 'full']), date: z.string() })),
  last: databaseChange.optional(),
});

export const databaseChangePage = pageOf(databaseChange);

export type DatabaseStatus = z.infer<typeof databaseStatus>;
export type DatabaseChange = z.infer<typeof databaseChange>;
