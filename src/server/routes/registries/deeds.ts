import * as z from 'zod';
import { findRegistry, setNotificationSecret } from '../../../store/registries.ts';
import { notificationSecret } from '../../contract/registries.ts';
import { notificationPath } from '../../registries/registry-row.ts';
import { notificationContext } from '../../registries/registry-secrets.ts';
import { assertActs, missingRegistry, registryParams } from '../../registries/visible-registries.ts';
import { type Route, route } from '../../route.ts';
import { randomSecret } from '../../sign-in/secret-text.ts';
import { receiverOf } from '../notifications.ts';

const crawl = route({
  id: 'registries.crawl',
  method: 'POST',
  path: '/registries/{name}/crawl',
  summary: 'Looks through a registry now.',
  access: { role: 'analyst', within: 'scoped' },
  params: registryParams,
  answer: z.object({ job: z.string() }),
  status: 202,
  trail: 'registry.crawl',
  handle: async ({ params, caller }, { store, queue }) => {
    assertActs(caller, 'analyst', params.name);
    const row = await findRegistry(store, params.name);
    if (!row) throw missingRegistry(params.name);
    return queue.crawl(row.id, 'asked');
  },
});

const renewSecret = route({
  id: 'registries.renew-notification-secret',
  method: 'POST',
  path: '/registries/{name}/notification-secret',
  summary: 'Makes a new secret for notifications and says it this once; the one before is worth nothing from then on.',
  access: { role: 'admin', within: 'scoped' },
  params: registryParams,
  answer: notificationSecret,
  trail: 'registry.renew-notification-secret',
  handle: async ({ params, caller }, context) => {
    assertActs(caller, 'admin', params.name);
    const secret = randomSecret();
    const sealed = context.seal.seal(secret, notificationContext(params.name));
    if (!(await setNotificationSecret(context.store, params.name, sealed))) throw missingRegistry(params.name);
    receiverOf(context).forget(params.name);
    return { notificationPath: notificationPath(params.name), secret };
  },
});

export const registryDeedRoutes: readonly Route[] = [crawl, renewSecret];
