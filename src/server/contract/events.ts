import * as z from 'zod';

/** What the stream of server-sent events says: that something changed, not what; a page asks anew for what it shows. */
export const liveEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('image'), digest: z.string(), state: z.string() }),
  z.object({ kind: z.literal('job'), id: z.string(), state: z.string(), progress: z.number().optional() }),
  z.object({ kind: z.literal('registry'), name: z.string() }),
  z.object({ kind: z.literal('database'), built: z.string() }),
  z.object({ kind: z.literal('exception'), id: z.string() }),
  z.object({ kind: z.literal('recommendation'), id: z.string() }),
]);

export type LiveEvent = z.infer<typeof liveEvent>;
