import { AppLink } from '../components/AppLink.tsx';
import { EmptyState } from '../components/EmptyState.tsx';
import { PageHead } from '../components/PageHead.tsx';

export function NotFound() {
  return (
    <>
      <PageHead title="Not found" question="What was meant?" />
      <EmptyState title="There is no page at this address">
        It may have been copied in part. <AppLink to="/">Go to the overview</AppLink>, or press Ctrl-K and search.
      </EmptyState>
    </>
  );
}
