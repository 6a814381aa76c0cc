import type { JobRow } from '../../../../src/server/contract/jobs.ts';
import { imagesAddress, registryAddress } from '../../addresses.ts';
import { useCancelJob } from '../../api/jobs.ts';
import { useHasRole } from '../../api/session.ts';
import { Age } from '../../components/Age.tsx';
import { AppLink } from '../../components/AppLink.tsx';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { CopyText } from '../../components/CopyText.tsx';
import { Facts } from '../../components/Facts.tsx';
import { notifyDone, notifyFailed } from '../../components/notify.tsx';
import { PartialState } from '../../components/PartialState.tsx';
import { JobState } from './JobState.tsx';
import { becauseWords, durationOf, kindTitles } from './words.ts';

export function JobPanel({ job }: { readonly job: JobRow }) {
  return (
    <>
      {job.failure && (
        <PartialState tone="bad">
          {job.failure.message} <span className="mono">{job.failure.code}</span>
        </PartialState>
      )}
      <div style={{ height: 12 }} />
      <Facts
        facts={[
          ['State', <JobState key="state" job={job} />],
          ['Doing', job.detail],
          ['About', <Subject key="about" job={job} />],
          ['Because of', becauseWords(job.because)],
          ['Attempt', job.attempt],
          ['Asked', <Age key="asked" at={job.created} />],
          ['Began', <Age key="began" at={job.started} missing="not yet" />],
          ['Took', durationOf(job)],
          [
            'Id, as in the log',
            <span key="id">
              <span className="mono">{job.id}</span> <CopyText text={job.id} what="id of the job" />
            </span>,
          ],
        ]}
      />
    </>
  );
}

function Subject({ job }: { readonly job: JobRow }) {
  if (job.kind === 'crawl') return <AppLink to={registryAddress(job.subject)}>{job.subject}</AppLink>;
  if (job.kind === 'scan') return <AppLink to={imagesAddress({ q: job.subject })}>{job.subject}</AppLink>;
  return <>{job.subject}</>;
}

export function CancelJob({ job }: { readonly job: JobRow }) {
  const isAnalyst = useHasRole('analyst');
  const cancel = useCancelJob();
  if (!isAnalyst || (job.state !== 'waiting' && job.state !== 'running')) return null;
  const what = `${kindTitles[job.kind].toLowerCase()} ${job.subject}`;
  return (
    <ConfirmButton
      title="Cancel"
      label={`Cancel: ${what}`}
      reach={reachOf(job)}
      action="Cancel the job"
      isRunning={cancel.isPending}
      run={() =>
        cancel.mutate(job.id, {
          onSuccess: () => notifyDone(`Cancelled: ${what}`),
          onError: (error) => notifyFailed(`Not cancelled: ${what}`, error),
        })
      }
    />
  );
}

function reachOf(job: JobRow): string {
  if (job.kind === 'scan')
    return 'This image stays as it was until the next push, or until it is looked through again.';
  if (job.kind === 'crawl') return 'What was found so far stays; the rest is found the next time it is looked through.';
  return 'What it did so far stays; it begins anew when it is next due.';
}
