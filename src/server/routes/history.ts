import { readHistory } from '../../store/read/history.ts';
import { historyPage, historyQuery } from '../contract/images.ts';
import { type Route, route } from '../route.ts';
import { visibilityOf } from '../visible.ts';

const list = route({
  id: 'history.list',
  method: 'GET',
  path: '/history',
  summary: 'What happened to images and findings, newest first. What came over many images at once is one event.',
  access: { role: 'reader', within: 'scoped' },
  takesScope: true,
  query: historyQuery,
  answer: historyPage,
  handle: async ({ query, caller }, { store }) => {
    const since = query.since === undefined ? undefined : new Date(query.since);
    return readHistory(store, { ...query, since }, await visibilityOf(store, caller));
  },
});

export const historyRoutes: readonly Route[] = [list];
