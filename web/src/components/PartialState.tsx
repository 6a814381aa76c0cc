import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './states.module.css';

interface PartialStateProps {
  /** What is missing, and since when. */
  readonly children: ReactNode;
  /** `bad` for what could not be done at all. */
  readonly tone?: 'warn' | 'bad';
}

/** Says beside the figures that they are not the whole. */
export function PartialState({ children, tone = 'warn' }: PartialStateProps) {
  return (
    <div className={classes.partial} data-tone={tone} role="note">
      <IconAlertTriangle size={16} stroke={1.8} aria-hidden />
      <div>{children}</div>
    </div>
  );
}
