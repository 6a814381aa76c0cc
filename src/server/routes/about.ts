import { version } from '../../lib/version.ts';
import { databaseFacts } from '../../store/database-facts.ts';
import { about } from '../contract/settings.ts';
import { type Route, route } from '../route.ts';
import { eventsApplication } from '../shared-events.ts';

const read = route({
  id: 'about.read',
  method: 'GET',
  path: '/about',
  summary: 'What runs here.',
  access: 'signed-in',
  answer: about,
  handle: async (_request, { store, config, started }) => {
    const { version: postgres, connections } = await databaseFacts(store, eventsApplication);
    return {
      version: version(),
      postgres: { version: postgres, embedded: config.databaseUrl === undefined },
      replicas: Math.max(1, connections),
      started: started.toISOString(),
    };
  },
});

export const aboutRoutes: readonly Route[] = [read];
