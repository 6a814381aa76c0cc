import type { ReactNode } from 'react';
import classes from './Severity.module.css';

interface TagProps {
  readonly children: ReactNode;
  readonly tone?: 'plain' | 'strong' | 'good' | 'warn' | 'bad';
}

/** A word that qualifies what stands beside it: "exploited", "end of life". */
export function Tag({ children, tone = 'plain' }: TagProps) {
  return (
    <span className={classes.tag} data-strong={tone === 'strong' || undefined} data-tone={tone}>
      {children}
    </span>
  );
}
