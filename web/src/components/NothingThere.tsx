import { EmptyState } from './EmptyState.tsx';
import { ShowEverything } from './ShowEverything.tsx';

/** Nothing lies in the chosen scope, whatever there is elsewhere. */
export function NothingThere({ noun, scope }: { readonly noun: string; readonly scope: string }) {
  return (
    <EmptyState title={`No ${noun} in ${scope}`} action={<ShowEverything />}>
      Only what lies there is shown now. Choose another place at the top, or show everything.
    </EmptyState>
  );
}
