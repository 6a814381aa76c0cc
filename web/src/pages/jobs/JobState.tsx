import { Progress } from '@mantine/core';
import type { JobRow } from '../../../../src/server/contract/jobs.ts';
import { Tag } from '../../components/Tag.tsx';
import classes from './jobs.module.css';

/** In the order of their filter. */
export const stateTitles: Readonly<Record<JobRow['state'], string>> = {
  running: 'Running',
  waiting: 'Waiting',
  failed: 'Failed',
  done: 'Done',
  cancelled: 'Cancelled',
};

/** Where a job stands; while it runs, how far it is. */
export function JobState({ job }: { readonly job: JobRow }) {
  if (job.state !== 'running') {
    const tone = job.state === 'failed' ? 'bad' : job.state === 'done' ? 'good' : 'plain';
    return (
      <span title={job.failure?.message} style={{ display: 'inline-flex' }}>
        <Tag tone={tone}>{stateTitles[job.state].toLowerCase()}</Tag>
      </span>
    );
  }
  const percent = job.progress === undefined ? undefined : Math.round(job.progress * 100);
  return (
    <span className={classes.progress} title={job.detail}>
      <Progress
        className={classes.bar}
        size={6}
        value={percent ?? 100}
        striped={percent === undefined}
        aria-label={`${stateTitles.running}: ${job.subject}`}
      />
      <span className={classes.percent}>{percent === undefined ? 'running' : `${percent} %`}</span>
    </span>
  );
}
