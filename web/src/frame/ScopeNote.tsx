import { usePageScope, useScope } from '../scope.ts';
import classes from './Scope.module.css';

/** Where the page tells of one thing, or of the installation: that the scope does not hold for it. */
export function ScopeNote() {
  const scope = useScope();
  const followed = usePageScope();
  if (scope === undefined || followed !== undefined) return null;
  return (
    <p className={classes.note} role="note">
      Lists and counts are of <strong>{scope}</strong> only. This page is shown whole.
    </p>
  );
}
