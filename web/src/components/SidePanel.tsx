import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { lazy, type ReactNode, Suspense } from 'react';
import { AppLink } from './AppLink.tsx';
import { brokenAtJoints } from './broken-at-joints.tsx';
import classes from './SidePanel.module.css';

export const loadDrawer = () => import('./later/DetailsDrawer.tsx');
const DetailsDrawer = lazy(async () => ({ default: (await loadDrawer()).DetailsDrawer }));

interface SidePanelProps {
  readonly title: ReactNode;
  /** The full page. */
  readonly href?: string | undefined;
  readonly close: () => void;
  /** Over the page, where there is no room beside it. */
  readonly isDrawer: boolean;
  readonly children: ReactNode;
}

export function SidePanel({ title: name, href, close, isDrawer, children }: SidePanelProps) {
  const title = typeof name === 'string' ? brokenAtJoints(name) : name;
  const more = href && (
    <AppLink to={href} className={classes.more}>
      Open the full page
    </AppLink>
  );
  if (isDrawer) {
    return (
      <Suspense fallback={null}>
        <DetailsDrawer title={title} close={close}>
          {more}
          {children}
        </DetailsDrawer>
      </Suspense>
    );
  }
  return (
    <aside className={classes.panel} aria-label="Details">
      <div className={classes.head}>
        <h2 className={classes.title}>{title}</h2>
        <ActionIcon variant="subtle" color="gray" onClick={close} aria-label="Close the details">
          <IconX size={17} stroke={1.75} />
        </ActionIcon>
      </div>
      {more}
      {children}
    </aside>
  );
}
