import * as z from 'zod';
import { flag, instant, listOf, pageOf, pageQuery } from './paging.ts';
import { findingCounts, packageTypes } from './severity.ts';

/** `open` asks for work, `doing` has an owner at it, `done` was seen gone, `accepted` is covered by exceptions. */
export const recommendationStatus = z.enum(['open', 'doing', 'done', 'accepted']);

/** One software update over the images that need it. */
export const recommendationRow = z.object({
  id: z.string(),
  package: z.object({ name: z.string(), type: z.string(), stream: z.string().optional() }),
  /** Installed versions that it replaces, most frequent first. */
  from: z.array(z.string()),
  to: z.string(),
  /** "openssl 3.0.11 → 3.0.15 in 42 images removes 9 findings, 2 exploited" */
  title: z.string(),
  images: z.number().int(),
  removes: z.number().int().describe('Findings over all images.'),
  flaws: z.array(z.string()).describe('The worst ten.'),
  counts: findingCounts,
  risk: z.number(),
  owner: z.string().optional(),
  due: z.iso.date().optional(),
  overdue: z.boolean(),
  status: recommendationStatus,
  changed: instant.optional(),
});

export const recommendationFilter = z.object({
  q: z.string().max(200).optional(),
  status: listOf(recommendationStatus),
  owner: z.string().max(200).optional(),
  overdue: flag.optional(),
  registry: listOf(z.string()),
  type: packageTypes,
});

export const recommendationQuery = recommendationFilter.extend(pageQuery.shape);

export const recommendationPage = pageOf(recommendationRow);

export const recommendationDetail = recommendationRow.extend({
  imageList: z.array(
    z.object({ digest: z.string(), name: z.string(), version: z.string(), removes: z.number().int() }),
  ),
});

/** `null` takes the owner or the date away. */
export const recommendationChange = z.object({
  owner: z.string().max(200).nullable().optional(),
  due: z.iso.date().nullable().optional(),
  status: z.enum(['open', 'doing']).optional(),
});

export type RecommendationRow = z.infer<typeof recommendationRow>;
export type RecommendationQuery = z.infer<typeof recommendationQuery>;
export type RecommendationDetail = z.infer<typeof recommendationDetail>;
export type RecommendationChange = z.infer<typeof recommendationChange>;
