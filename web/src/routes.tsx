import { IconBox, IconBug, IconChecklist, IconHistory, IconHome } from '@tabler/icons-react';
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
    load: () => import('./pages/overview/Overview.tsx'),
  },
  {
    path: '/recommendations',
    title: 'Recommendations',
    menu: { group: 'work', icon: IconChecklist },
    load: () => import('./pages/recommendations/Recommendations.tsx'),
  },
  {
    path: '/recommendations/$id',
    title: 'Recommendation',
    load: () => import('./pages/recommendations/Recommendation.tsx'),
  },
  {
    path: '/vulnerabilities',
    title: 'Vulnerabilities',
    menu: { group: 'work', icon: IconBug },
    load: () => import('./pages/vulnerabilities/Vulnerabilities.tsx'),
  },
  {
    path: '/vulnerabilities/$id',
    title: 'Vulnerability',
    load: () => import('./pages/vulnerabilities/Vulnerability.tsx'),
  },
  {
    path: '/images',
    title: 'Images',
    menu: { group: 'work', icon: IconBox },
    load: () => import('./pages/images/Images.tsx'),
  },
  { path: '/images/$digest', title: 'Image', load: () => import('./pages/images/Image.tsx') },
  {
    path: '/history',
    title: 'History',
    menu: { group: 'work', icon: IconHistory },
    load: () => import('./pages/history/History.tsx'),
  },
];
