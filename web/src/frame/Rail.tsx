import { AppShell } from '@mantine/core';
import { useLocation } from '@tanstack/react-router';
import { useHasRole } from '../api/session.ts';
import { AppLink } from '../components/AppLink.tsx';
import { type PageRoute, pageRoutes } from '../routes.tsx';
import classes from './Frame.module.css';

const groups = [
  { id: 'work', title: undefined },
  { id: 'estate', title: 'Estate' },
  { id: 'installation', title: 'Installation' },
] as const;

export function Rail() {
  const { pathname } = useLocation();
  const isAnalyst = useHasRole('analyst');
  const isAdmin = useHasRole('admin');
  const isOffered = ({ role }: PageRoute) => !role || role === 'reader' || (role === 'analyst' ? isAnalyst : isAdmin);

  return (
    <AppShell.Navbar className={classes.rail} aria-label="Pages">
      {groups.map((group) => {
        const entries = pageRoutes.filter((page) => page.menu?.group === group.id && isOffered(page));
        if (entries.length === 0) return null;
        return (
          <div key={group.id}>
            {group.title && (
              <div className={classes.groupTitle} id={`menu-${group.id}`}>
                {group.title}
              </div>
            )}
            <ul className={classes.group} aria-labelledby={group.title && `menu-${group.id}`}>
              {entries.map((page) => (
                <li key={page.path}>
                  <Entry page={page} isCurrent={isWithin(pathname, page.path)} />
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </AppShell.Navbar>
  );
}

function Entry({ page, isCurrent }: { readonly page: PageRoute; readonly isCurrent: boolean }) {
  const Icon = page.menu?.icon;
  return (
    <AppLink to={page.path} className={classes.item} {...(isCurrent ? { 'aria-current': 'page' } : {})}>
      {Icon && <Icon size={17} stroke={1.6} aria-hidden />}
      {page.title}
    </AppLink>
  );
}

const isWithin = (pathname: string, path: string) =>
  path === '/' ? pathname === '/' : pathname === path || pathname.startsWith(`${path}/`);
