import type { ExceptionRow } from '../../../../src/server/contract/exceptions.ts';
import { useAddressFilter } from '../../address-filter.ts';
import type { GrowingList } from '../../api/page.ts';
import { PartialState } from '../../components/PartialState.tsx';
import { ShowEverything } from '../../components/ShowEverything.tsx';
import { useScope } from '../../scope.ts';
import classes from './exceptions.module.css';

/** Says that the exception to which a link led is not of the chosen scope, and leads to it. */
export function Elsewhere({ list }: { readonly list: GrowingList<ExceptionRow> }) {
  const scope = useScope();
  const selected = useAddressFilter().one('selected');
  const isKnown = !list.isLoading && !list.isChanging && !list.hasMore && !list.error;
  if (scope === undefined || selected === undefined || !isKnown) return null;
  if (list.rows.some(({ id }) => id === selected)) return null;
  return (
    <PartialState>
      <div className={classes.elsewhere}>
        <span>The exception that was opened is not in this list, which is of {scope} only.</span>
        <ShowEverything keepsSelected />
      </div>
    </PartialState>
  );
}
