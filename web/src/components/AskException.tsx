import { ActionIcon, Button } from '@mantine/core';
import { IconHourglass } from '@tabler/icons-react';
import type { ExceptionRequest } from '../../../src/server/contract/exceptions.ts';
import { askExceptionAddress } from '../addresses.ts';
import { AppLink } from './AppLink.tsx';

interface AskExceptionProps {
  /** What the form is filled in with. */
  readonly scope: ExceptionRequest['scope'];
}

/** Opens the form of an exception, filled in. Whoever sees a finding may ask; an analyst decides. */
export function AskException({ scope }: AskExceptionProps) {
  return (
    <Button component={AppLink} to={askExceptionAddress(scope)} size="xs" variant="default">
      Ask for an exception
    </Button>
  );
}

/** The same in a row. */
export function AskExceptionIcon({ scope }: AskExceptionProps) {
  const about = [scope.vulnerability, scope.package].filter(Boolean).join(' in ');
  return (
    <ActionIcon
      component={AppLink}
      to={askExceptionAddress(scope)}
      size={24}
      variant="subtle"
      c="dimmed"
      aria-label={`Ask for an exception: ${about}`}
      title="Ask for an exception"
    >
      <IconHourglass size={15} stroke={1.6} aria-hidden />
    </ActionIcon>
  );
}
