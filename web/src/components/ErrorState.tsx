import { Button } from '@mantine/core';
import { ApiError } from '../api/request.ts';
import { usePageScope } from '../scope.ts';
import { ShowEverything } from './ShowEverything.tsx';
import classes from './states.module.css';

interface ErrorStateProps {
  readonly error: Error;
  readonly retry?: () => void;
}

/** What failed, what to do, and how to find it in the server's log. */
export function ErrorState({ error, retry }: ErrorStateProps) {
  const scope = usePageScope();
  // It may be there after all, only not in what was chosen to be shown.
  const isOutside = scope !== undefined && error instanceof ApiError && error.status === 404;
  const { title, next } = isOutside ? outside(scope) : wording(error);
  return (
    <div className={classes.state} role="alert">
      <h2 className={classes.title}>{title}</h2>
      <p className={classes.text}>{error.message}</p>
      {next && <p className={classes.text}>{next}</p>}
      {error instanceof ApiError && (
        <p className={classes.small}>
          <span className="mono">{error.code}</span>
          {error.requestId && (
            <>
              {' · in the log as request '}
              <span className="mono">{error.requestId}</span>
            </>
          )}
        </p>
      )}
      {isOutside ? (
        <div className={classes.action}>
          <ShowEverything />
        </div>
      ) : (
        retry && (
          <div className={classes.action}>
            <Button size="xs" variant="default" onClick={retry}>
              Try again
            </Button>
          </div>
        )
      )}
    </div>
  );
}

const outside = (scope: string) => ({ title: `Not in ${scope}`, next: 'Only what lies there is shown now.' });

function wording(error: Error): { readonly title: string; readonly next?: string } {
  if (!(error instanceof ApiError)) return { title: 'This page broke', next: 'Loading it anew usually helps.' };
  if (error.status === 0) return { title: 'The server cannot be reached' };
  if (error.status === 403) {
    return {
      title: 'You may not see this',
      next: 'An administrator can give you a role that covers it, under Users and tokens.',
    };
  }
  if (error.status === 404) return { title: 'There is no such thing here' };
  if (error.status === 429) return { title: 'Too many requests', next: 'Wait a moment, then try again.' };
  return { title: 'The server could not answer' };
}
