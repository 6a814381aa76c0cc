import { Button, type ButtonProps, Popover } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import classes from './Form.module.css';

interface ConfirmButtonProps {
  readonly title: ReactNode;
  /** For screen readers, where the title alone says too little: "Cancel the scan of app:1.2". */
  readonly label?: string;
  /** How far it reaches and whether it can be undone. */
  readonly reach: ReactNode;
  /** What the second button says: "Remove the user". */
  readonly action: string;
  readonly run: () => void;
  readonly isRunning?: boolean;
  readonly tone?: 'danger' | 'plain';
  readonly size?: ButtonProps['size'];
}

/** Tells what an action reaches before it acts. */
export function ConfirmButton(props: ConfirmButtonProps) {
  const [opened, setOpened] = useState(false);
  const color = props.tone === 'plain' ? undefined : 'red.8';
  return (
    <Popover opened={opened} onChange={setOpened} width={300} position="bottom-end" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <Button
          size={props.size ?? 'compact-xs'}
          variant="default"
          aria-label={props.label}
          aria-haspopup="dialog"
          aria-expanded={opened}
          loading={props.isRunning ?? false}
          onClick={(event) => {
            event.stopPropagation();
            setOpened(!opened);
          }}
        >
          {props.title}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={props.action} onClick={(event) => event.stopPropagation()}>
        <div className={classes.confirm}>
          <p>{props.reach}</p>
          <div className={classes.buttons}>
            <Button
              size="xs"
              {...(color && { color })}
              onClick={() => {
                setOpened(false);
                props.run();
              }}
            >
              {props.action}
            </Button>
            <Button size="xs" variant="subtle" color="gray" onClick={() => setOpened(false)}>
              Keep it
            </Button>
          </div>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
