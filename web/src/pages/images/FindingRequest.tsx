import type { FindingRow } from '../../../../src/server/contract/images.ts';
import { exceptionAddress } from '../../addresses.ts';
import { Age } from '../../components/Age.tsx';
import { AppLink } from '../../components/AppLink.tsx';
import { PartialState } from '../../components/PartialState.tsx';
import { Tag } from '../../components/Tag.tsx';

type Request = NonNullable<FindingRow['request']>;

export function RequestTag({ request }: { readonly request: Request }) {
  return (
    <span data-whole title={`An exception was ${request.state === 'asked' ? 'asked for' : 'refused'} by ${request.by}`}>
      <Tag tone={request.state === 'asked' ? 'warn' : 'plain'}>{request.state}</Tag>
    </span>
  );
}

/** That somebody asked for an exception, so that nobody does twice. */
export function RequestState({ request }: { readonly request: Request }) {
  const { state, by, at } = request;
  return (
    <PartialState>
      {state === 'asked' ? (
        <>
          <bdi>{by}</bdi> asked for an exception (<Age at={at} />
          ); it waits for a decision.{' '}
        </>
      ) : (
        <>
          An exception for it was refused by <bdi>{by}</bdi> (<Age at={at} />
          ).{' '}
        </>
      )}
      <AppLink to={exceptionAddress(request)}>{state === 'asked' ? 'Open the request' : 'See why'}</AppLink>
    </PartialState>
  );
}
