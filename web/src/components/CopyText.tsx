import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import classes from './CopyText.module.css';

interface CopyTextProps {
  readonly text: string;
  /** What is copied, for screen readers: "digest". */
  readonly what: string;
}

export function CopyText({ text, what }: CopyTextProps) {
  return (
    <CopyButton value={text} timeout={1500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : `Copy the ${what}`}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={22}
            onClick={(event) => {
              event.stopPropagation();
              copy();
            }}
            aria-label={copied ? 'Copied' : `Copy the ${what}`}
          >
            {copied ? <IconCheck size={14} stroke={2} /> : <IconCopy size={14} stroke={1.6} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** A command to run in a terminal. */
export function Command({ text }: { readonly text: string }) {
  return (
    <div className={classes.command}>
      <code>{text}</code>
      <CopyText text={text} what="command" />
    </div>
  );
}
