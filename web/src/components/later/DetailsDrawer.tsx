import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from '../SidePanel.module.css';

interface DetailsDrawerProps {
  readonly title: ReactNode;
  readonly close: () => void;
  readonly children: ReactNode;
}

/** Details over the page, where there is no room beside it. */
export function DetailsDrawer({ title, close, children }: DetailsDrawerProps) {
  return (
    <Drawer
      opened
      onClose={close}
      position="right"
      size="min(440px, 100%)"
      title={title}
      classNames={{ title: classes.title }}
    >
      {children}
    </Drawer>
  );
}
