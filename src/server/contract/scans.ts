import * as z from 'zod';
import { imageDigest, imageProblem } from './images.ts';
import { findingCounts } from './severity.ts';

/**
 * A scan made elsewhere, as a package list: of ours every fact arrives, of others' what they state. Findings are made
 * here, and anew whenever advisories change.
 */
export const scanUpload = z.object({
  /** `registry.example/team/app:1.2`: where the image lies or will lie. */
  name: z.string().min(1).max(500),
  /** Text of a CycloneDX or SPDX document that names the image's digest. */
  document: z.string().min(2),
  /** What kept the scan from being complete. */
  problems: z.array(imageProblem).max(10_000).default([]),
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
