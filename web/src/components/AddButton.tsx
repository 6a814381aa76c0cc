import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { AppLink } from './AppLink.tsx';

type AddButtonProps = { readonly children: ReactNode } & (
  | { /** The page that makes it. */ readonly to: string }
  | { readonly onClick: () => void }
);

/** Begins one more of what a list has. */
export function AddButton({ children, ...rest }: AddButtonProps) {
  const look = { size: 'xs', leftSection: <IconPlus size={15} stroke={1.8} aria-hidden /> } as const;
  if ('to' in rest) {
    return (
      <Button component={AppLink} to={rest.to} {...look}>
        {children}
      </Button>
    );
  }
  return (
    <Button onClick={rest.onClick} {...look}>
      {children}
    </Button>
  );
}
