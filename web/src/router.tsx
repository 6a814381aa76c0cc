import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { parseAddress, stringifyAddress } from './address-filter.ts';
import { ErrorState } from './components/ErrorState.tsx';
import { PageSkeleton } from './components/PageSkeleton.tsx';
import { Frame } from './frame/Frame.tsx';
import { NotFound } from './frame/NotFound.tsx';
import { pageRoutes } from './routes.tsx';

export function createConsoleRouter() {
  const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });
  const pages = pageRoutes.map((page) =>
    createRoute({
      getParentRoute: () => root,
      path: page.path,
      component: lazyRouteComponent(page.load, 'Page'),
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
