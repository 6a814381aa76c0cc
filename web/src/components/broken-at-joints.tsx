import { Fragment, type ReactNode } from 'react';

/** A long name breaks where its parts meet, and elsewhere only if that is not enough. */
export const brokenAtJoints = (name: string): ReactNode =>
  name.split(/(?<=[/:@])/).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no names.
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
