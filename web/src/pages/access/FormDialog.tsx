import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';

interface FormDialogProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: ReactNode;
}

/** A short form over its list; a long one has a page of its own. */
export function FormDialog({ title, close, children }: FormDialogProps) {
  return (
    <Modal
      opened
      onClose={close}
      title={<strong>{title}</strong>}
      size="min(560px, 100%)"
      centered={false}
      yOffset="8vh"
    >
      {children}
    </Modal>
  );
}
