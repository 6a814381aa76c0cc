import * as z from 'zod';

/** Keyset paging: `cursor` is opaque, taken from the page before; absent on the last page. */
export const pageQuery = z.object({
  cursor: z.string().max(2_000).optional().describe('Where to go on: `next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('Rows on a page.'),
});

export function pageOf<T extends z.ZodType>(row: T) {
  return z.object({
    items: z.array(row),
    /** Absent on the last page. */
    next: z.string().optional(),
    /** How many rows the filter leaves in all; counted up to 100,000. */
    total: z.number().int().min(0).optional(),
  });
}

/** `true` and `false` as they stand in a query. */
export const flag = z
  .stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })
  .meta({ enum: ['true', '1', 'false', '0'] });

/** A list in a query: repeated (`?a=x&a=y`) or once. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item).max(100).optional(),
  );
}

/** An instant, ISO 8601 in UTC. */
export const instant = z.iso.datetime();

/** RFC 9457, with our error code. */
export const problemDetails = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** What happened, to which thing, and what to do next. */
  detail: z.string(),
  /** Stable, for machines. */
  code: z.string(),
  /** The request's id, as in the log. */
  instance: z.string().optional(),
  /** Fields that did not fit, when the request's form was refused. */
  errors: z.array(z.object({ where: z.string(), message: z.string() })).optional(),
  /** Id of what is there already, when that was the reason. */
  existing: z.string().optional(),
});

export type ProblemDetails = z.infer<typeof problemDetails>;
