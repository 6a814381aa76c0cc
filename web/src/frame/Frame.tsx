import { AppShell } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { Outlet, useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { useLiveUpdates } from '../api/live.ts';
import { useSession } from '../api/session.ts';
import { ErrorState } from '../components/ErrorState.tsx';
import { PageSkeleton } from '../components/PageSkeleton.tsx';
import { useDensity } from '../preferences.ts';
import classes from './Frame.module.css';
import { Header } from './Header.tsx';
import { loadNotices, Notices } from './Notices.tsx';
import { Rail } from './Rail.tsx';
import { ScopeNote } from './ScopeNote.tsx';

const SignIn = lazy(async () => ({ default: (await import('../pages/sign-in/SignIn.tsx')).SignIn }));
const ChangePassword = lazy(async () => ({
  default: (await import('../pages/sign-in/ChangePassword.tsx')).ChangePassword,
}));
const loadPalette = () => import('./CommandPalette.tsx');
const CommandPalette = lazy(async () => ({ default: (await loadPalette()).CommandPalette }));

/** What stands around every page; asks for a sign-in first, at whatever address one came. */
export function Frame() {
  const session = useSession();
  if (session.isPending) return <PageSkeleton />;
  if (session.error) return <ErrorState error={session.error} retry={() => void session.refetch()} />;
  if (!session.data || session.data.mustChangePassword) {
    return <Suspense fallback={<PageSkeleton />}>{session.data ? <ChangePassword /> : <SignIn />}</Suspense>;
  }
  return <SignedIn />;
}

function SignedIn() {
  const live = useLiveUpdates(true);
  const [density] = useDensity();
  const [menuOpened, menu] = useDisclosure(false);
  const [paletteOpened, palette] = useDisclosure(false);
  const { pathname } = useLocation();
  useHotkeys([['mod+K', palette.toggle]], []);
  useEffect(() => {
    document.documentElement.dataset.density = density;
  }, [density]);
  // So that the first key typed after Ctrl-K is not lost, and a server that goes away can still be told of.
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const load of [loadPalette, loadNotices]) load().catch(() => {});
    }, 800);
    return () => clearTimeout(timer);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when another page opens.
  useEffect(() => menu.close(), [pathname]);

  return (
    <>
      <a href="#page" className={classes.skip}>
        Skip to the page
      </a>
      <AppShell
        header={{ height: 48 }}
        navbar={{ width: 212, breakpoint: 'md', collapsed: { mobile: !menuOpened } }}
        padding={0}
        transitionDuration={0}
      >
        <Header live={live} menuOpened={menuOpened} toggleMenu={menu.toggle} openPalette={palette.open} />
        <Rail />
        <AppShell.Main id="page" tabIndex={-1} className={classes.main}>
          <ScopeNote />
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </AppShell.Main>
      </AppShell>
      {paletteOpened && (
        <Suspense fallback={null}>
          <CommandPalette close={palette.close} />
        </Suspense>
      )}
      <Notices />
    </>
  );
}
