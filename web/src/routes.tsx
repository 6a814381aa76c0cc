import {
  IconBox,
  IconBug,
  IconChecklist,
  IconClipboardList,
  IconDatabase,
  IconEyeOff,
  IconHistory,
  IconHome,
  IconHourglass,
  IconProgress,
  IconServer,
  IconSettings,
  IconUsers,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Role } from '../../src/server/contract/access.ts';

type Icon = typeof IconBox;
type PageModule = { readonly Page: ComponentType };

/** A page, with everything that knows of it: address, menu, title, palette. */
export interface PageRoute {
  /** `$name` stands for a parameter. */
  readonly path: string;
  readonly title: string;
  /** Absent for pages that are opened from others. */
  readonly menu?: { readonly group: 'work' | 'estate' | 'installation'; readonly icon: Icon };
  /** It tells of what lies in the chosen scope only; other pages are shown whole. */
  readonly takesScope?: true;
  /** Least role that has a use for it; the server decides all the same. */
  readonly role?: Role;
  readonly load: () => Promise<PageModule>;
}

/** In the order of the menu. */
export const pageRoutes: readonly PageRoute[] = [
  {
    path: '/',
    title: 'Overview',
    menu: { group: 'work', icon: IconHome },
    takesScope: true,
    load: () => import('./pages/overview/Overview.tsx'),
  },
  {
    path: '/recommendations',
    title: 'Recommendations',
    menu: { group: 'work', icon: IconChecklist },
    takesScope: true,
    load: () => import('./pages/recommendations/Recommendations.tsx'),
  },
  {
    path: '/recommendations/$id',
    title: 'Recommendation',
    takesScope: true,
    load: () => import('./pages/recommendations/Recommendation.tsx'),
  },
  {
    path: '/vulnerabilities',
    title: 'Vulnerabilities',
    menu: { group: 'work', icon: IconBug },
    takesScope: true,
    load: () => import('./pages/vulnerabilities/Vulnerabilities.tsx'),
  },
  {
    path: '/vulnerabilities/$id',
    title: 'Vulnerability',
    takesScope: true,
    load: () => import('./pages/vulnerabilities/Vulnerability.tsx'),
  },
  {
    path: '/images',
    title: 'Images',
    menu: { group: 'work', icon: IconBox },
    takesScope: true,
    load: () => import('./pages/images/Images.tsx'),
  },
  { path: '/images/$digest', title: 'Image', load: () => import('./pages/images/Image.tsx') },
  {
    path: '/history',
    title: 'History',
    menu: { group: 'work', icon: IconHistory },
    takesScope: true,
    load: () => import('./pages/history/History.tsx'),
  },
  {
    path: '/exceptions',
    title: 'Exceptions',
    menu: { group: 'work', icon: IconHourglass },
    takesScope: true,
    load: () => import('./pages/exceptions/Exceptions.tsx'),
  },
  {
    path: '/exceptions/-/ask',
    title: 'Ask for an exception',
    load: () => import('./pages/exceptions/AskException.tsx'),
  },
  {
    path: '/registries',
    title: 'Registries',
    menu: { group: 'estate', icon: IconServer },
    takesScope: true,
    load: () => import('./pages/registries/Registries.tsx'),
  },
  {
    path: '/registries/-/connect',
    title: 'Connect a registry',
    load: () => import('./pages/registries/ConnectRegistry.tsx'),
  },
  { path: '/registries/$name', title: 'Registry', load: () => import('./pages/registries/Registry.tsx') },
  {
    path: '/coverage',
    title: 'Coverage',
    menu: { group: 'estate', icon: IconEyeOff },
    takesScope: true,
    load: () => import('./pages/gaps/Coverage.tsx'),
  },
  {
    path: '/database',
    title: 'Database',
    menu: { group: 'installation', icon: IconDatabase },
    load: () => import('./pages/database/Database.tsx'),
  },
  {
    path: '/jobs',
    title: 'Jobs',
    menu: { group: 'installation', icon: IconProgress },
    takesScope: true,
    load: () => import('./pages/jobs/Jobs.tsx'),
  },
  {
    path: '/access',
    title: 'Users and tokens',
    menu: { group: 'installation', icon: IconUsers },
    load: () => import('./pages/access/Access.tsx'),
  },
  {
    path: '/settings',
    title: 'Settings',
    menu: { group: 'installation', icon: IconSettings },
    load: () => import('./pages/settings/Settings.tsx'),
  },
  {
    path: '/trail',
    title: 'Trail',
    menu: { group: 'installation', icon: IconClipboardList },
    role: 'admin',
    load: () => import('./pages/trail/Trail.tsx'),
  },
];
