import { settings, settingsChange } from '../contract/settings.ts';
import { type Access, type Route, route } from '../route.ts';
import { changeSettings, readSettings } from '../settings.ts';

const access: Access = { role: 'admin', within: 'everywhere' };

const read = route({
  id: 'settings.read',
  method: 'GET',
  path: '/settings',
  summary: 'What administrators may change while the server runs.',
  access: 'signed-in',
  answer: settings,
  handle: async (_request, { store }) => readSettings(store),
});

const change = route({
  id: 'settings.change',
  method: 'PATCH',
  path: '/settings',
  summary: 'Changes the given ones.',
  access,
  body: settingsChange,
  answer: settings,
  trail: 'settings.change',
  handle: async ({ body }, { store }) => changeSettings(store, body),
});

export const settingsRoutes: readonly Route[] = [read, change];
