import type { JobRow } from '../../../../src/server/contract/jobs.ts';
import { formatDuration } from '../../components/format.ts';

export const kindTitles: Readonly<Record<JobRow['kind'], string>> = {
  scan: 'Scan',
  crawl: 'Look through',
  rematch: 'Match again',
  backup: 'Back up',
};

const causes: Readonly<Record<string, string>> = {
  push: 'a push',
  crawl: 'a look through',
  upload: 'an upload',
  asked: 'a request',
  advisory: 'new advisories',
  created: 'its connection',
  schedule: 'the clock',
};

export const becauseWords = (because: string): string => causes[because] ?? because;

/** How long it ran, or runs. */
export function durationOf(job: JobRow, now = Date.now()): string | undefined {
  if (!job.started) return undefined;
  const end = job.finished ? Date.parse(job.finished) : job.state === 'running' ? now : undefined;
  return end === undefined ? undefined : formatDuration(Math.max(0, end - Date.parse(job.started)));
}
