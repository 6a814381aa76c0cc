import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';

/** Says what was done, and offers to take it back. */
export function notifyDone(what: string, undo?: () => void): void {
  const id = notifications.show({
    message: (
      <span style={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: 12 }}>
        <span>{what}</span>
        {undo && (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              notifications.hide(id);
              undo();
            }}
          >
            Undo
          </Button>
        )}
      </span>
    ),
    autoClose: undo ? 8_000 : 4_000,
    withCloseButton: false,
    withBorder: true,
  });
}

export function notifyFailed(what: string, error: Error): void {
  notifications.show({ title: what, message: error.message, color: 'red', autoClose: 12_000, withBorder: true });
}
