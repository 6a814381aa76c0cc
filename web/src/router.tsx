import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router';
import { parseAddress, stringifyAddress } from './address-filter.ts';
import { ErrorState } from './components/ErrorState.tsx';
import { PageSkeleton } from './components/PageSkeleton.tsx';
import { Frame } from './frame/Frame.tsx';
import { NotFound } from './frame/NotFound.tsx';
import { pageRoutes } from './routes.tsx';

export function createConsoleRouter() {
  const root = createRootRoute({
    component: Frame,
    notFoundComponent: NotFound,
    // Every link keeps the scope, so that what was chosen on one page holds on the next.
    search: { middlewares: [retainSearchParams<Record<string, unknown>>(['scope'])] },
  });
  const pages = pageRoutes.map((page) =>
    createRoute({
      getParentRoute: () => root,
      path: page.path,
      component: lazyRouteComponent(page.load, 'Page'),
      staticData: { takesScope: page.takesScope === true },
    }),
  );
  return createRouter({
    routeTree: root.addChildren(pages),
    parseSearch: parseAddress,
    stringifySearch: stringifyAddress,
    scrollRestoration: true,
    defaultPreload: 'intent',
    defaultPendingMs: 120,
    defaultPendingComponent: PageSkeleton,
    defaultErrorComponent: ({ error, reset }) => <ErrorState error={error as Error} retry={reset} />,
  });
}
