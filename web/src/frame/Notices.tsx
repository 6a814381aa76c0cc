import { useNotifications } from '@mantine/notifications';
import { lazy, Suspense, useState } from 'react';

export const loadNotices = () => import('../components/later/NoticeList.tsx');
const NoticeList = lazy(async () => ({ default: (await loadNotices()).NoticeList }));

/** What was done or failed, in a corner; there from the first notice on. */
export function Notices() {
  const isNeeded = useNotifications().notifications.length > 0;
  const [wasNeeded, setWasNeeded] = useState(false);
  if (isNeeded && !wasNeeded) setWasNeeded(true);
  return wasNeeded ? (
    <Suspense fallback={null}>
      <NoticeList />
    </Suspense>
  ) : null;
}
