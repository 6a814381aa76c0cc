import type { Problem } from './problem.ts';

/**
 * Codes of what is said beside a result without taking from it: everything was read, and compared with whatever anybody
 * publishes about it. Every other code, a new one too, makes a scan partial: findings may be missing.
 */
const remarks = [
  // All that was ever announced for the release is compared. That nothing new comes is a mark of its own on the image.
  'distribution-end-of-life',
  // Its advisories go on where those of its regular support were; else the code is `extended-support-without-data`.
  'distribution-in-extended-support',
  // They hold no code that could have a flaw.
  'kernel-headers',
  // What was looked into was looked into whole; who runs another platform scans it by its own digest.
  'other-platforms',
] as const;

export type RemarkCode = (typeof remarks)[number];

export function isRemark({ code }: Pick<Problem, 'code'>): boolean {
  return (remarks as readonly string[]).includes(code);
}
