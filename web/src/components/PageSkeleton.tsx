import { Skeleton } from '@mantine/core';

/** The outline of a page, while its code or its first data is on the way. */
export function PageSkeleton() {
  return (
    <div style={{ padding: 'var(--page-gap)' }} role="status" aria-label="Loading">
      <Skeleton height={22} width={180} mb={8} />
      <Skeleton height={14} width={320} mb={28} />
      {Array.from({ length: 9 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no names.
        <Skeleton key={index} height={14} mb={20} width={`${92 - ((index * 17) % 30)}%`} />
      ))}
    </div>
  );
}
