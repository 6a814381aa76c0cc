import type { ReactNode } from 'react';
import { Command } from './CopyText.tsx';
import classes from './states.module.css';

interface EmptyStateProps {
  readonly title: string;
  /** What to do next, in a sentence or two. */
  readonly children?: ReactNode;
  /** The command that does it. */
  readonly command?: string;
  /** A button or link, where the console itself can do it. */
  readonly action?: ReactNode;
}

/** Nothing is here yet: says why, and teaches the next step. */
export function EmptyState({ title, children, command, action }: EmptyStateProps) {
  return (
    <div className={classes.state}>
      <h2 className={classes.title}>{title}</h2>
      {children && <p className={classes.text}>{children}</p>}
      {command && <Command text={command} />}
      {action && <div className={classes.action}>{action}</div>}
    </div>
  );
}
