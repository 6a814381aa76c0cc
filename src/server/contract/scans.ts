import * as z from 'zod';
import { imageDigest } from './images.ts';
import { findingCounts } from './severity.ts';

/** A scan made elsewhere: what `breakwater scan --format json` wrote. Its packages count; its findings are made anew here. */
export const scanUpload = z.object({
  /** `registry.example/team/app:1.2`: where the image will lie. As the report names it when not said. */
  name: z.string().min(1).max(500).optional(),
  /** Schema `breakwater/report/1`. */
  report: z.record(z.string(), z.unknown()),
});

export const uploadedScan = z.object({
  digest: imageDigest,
  name: z.string(),
  /** Page of the image, relative to the server's address. */
  path: z.string(),
  counts: findingCounts,
});

export type ScanUpload = z.infer<typeof scanUpload>;
export type UploadedScan = z.infer<typeof uploadedScan>;
