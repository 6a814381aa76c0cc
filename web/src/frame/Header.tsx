import { AppShell, Burger, Kbd, Tooltip, UnstyledButton } from '@mantine/core';
import { useOs } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import type { LiveState } from '../api/event-feed.ts';
import { AppLink } from '../components/AppLink.tsx';
import classes from './Frame.module.css';
import { Logo } from './Logo.tsx';
import { ScopeSelector } from './ScopeSelector.tsx';
import { UserMenu } from './UserMenu.tsx';

interface HeaderProps {
  readonly live: LiveState;
  readonly menuOpened: boolean;
  readonly toggleMenu: () => void;
  readonly openPalette: () => void;
}

const liveText: Readonly<Record<LiveState, { short: string; long: string }>> = {
  connecting: { short: 'Connecting', long: 'Waiting for the stream of changes.' },
  live: { short: 'Live', long: 'Changes appear by themselves.' },
  lost: {
    short: 'Not live',
    long: 'The stream of changes broke off. What you see may be old; it connects again by itself.',
  },
};

export function Header({ live, menuOpened, toggleMenu, openPalette }: HeaderProps) {
  const os = useOs();
  return (
    <AppShell.Header className={classes.header}>
      <Burger
        opened={menuOpened}
        onClick={toggleMenu}
        hiddenFrom="md"
        size="sm"
        aria-label={menuOpened ? 'Close the menu' : 'Open the menu'}
        aria-expanded={menuOpened}
      />
      <AppLink to="/" className={classes.brand} aria-label="Breakwater, to the overview">
        <Logo size={22} />
        <span className={classes.brandName}>Breakwater</span>
      </AppLink>
      <ScopeSelector />
      <UnstyledButton className={classes.search} onClick={openPalette} aria-keyshortcuts="Control+K Meta+K">
        <IconSearch size={15} stroke={1.75} aria-hidden />
        <span className={classes.searchText}>Search or go to…</span>
        <Kbd size="xs" className={classes.searchHint}>
          {os === 'macos' || os === 'ios' ? '⌘' : 'Ctrl'} K
        </Kbd>
      </UnstyledButton>
      <div className={classes.grow} />
      <Tooltip label={liveText[live].long}>
        <span className={classes.live} role="status">
          <span className={classes.dot} data-state={live} aria-hidden />
          <span>{liveText[live].short}</span>
        </span>
      </Tooltip>
      <UserMenu />
    </AppShell.Header>
  );
}
