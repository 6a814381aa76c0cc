import { searchEverything } from '../../store/read/search.ts';
import { searchQuery, searchResult } from '../contract/overview.ts';
import { type Route, route } from '../route.ts';
import { visibilityOf } from '../visible.ts';

const search = route({
  id: 'search',
  method: 'GET',
  path: '/search',
  summary: 'Images, vulnerabilities, packages, registries and repositories by part of a name, as it is typed.',
  access: { role: 'reader', within: 'scoped' },
  takesScope: true,
  query: searchQuery,
  answer: searchResult,
  handle: async ({ query, caller }, { store }) => ({
    hits: await searchEverything(store, query.q, await visibilityOf(store, caller)),
  }),
});

export const searchRoutes: readonly Route[] = [search];
