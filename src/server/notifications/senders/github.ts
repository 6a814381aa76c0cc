import { createHash, createHmac } from 'node:crypto';
import * as z from 'zod';
import { sameText } from '../../sign-in/secret-text.ts';
import type { NotificationSender } from '../notification-sender.ts';

const packageShape = z.object({
  name: z.string(),
  namespace: z.string().nullish(),
  owner: z.object({ login: z.string() }).optional(),
  package_type: z.string(),
  updated_at: z.string().nullish(),
  package_version: z
    .object({
      version: z.string().nullish(),
      name: z.string().nullish(),
      updated_at: z.string().nullish(),
      container_metadata: z
        .object({ tag: z.object({ name: z.string().nullish(), digest: z.string().nullish() }).nullish() })
        .nullish(),
    })
    .nullish(),
});
const payload = z.object({
  action: z.string().optional(),
  package: packageShape.optional(),
  registry_package: packageShape.optional(),
});

/**
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#package, signed as
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries says. The signature covers the body
 * alone: a delivery is known again by it, not by its header.
 */
export const github: NotificationSender = {
  id: 'github',
  isAuthentic: ({ headers, raw }, secret) => {
    const given = headers['x-hub-signature-256'];
    const wanted = `sha256=${createHmac('sha256', secret).update(raw).digest('hex')}`;
    return typeof given === 'string' && given.length === wanted.length && sameText(given, wanted);
  },
  read: ({ body, raw, headers }) => {
    const read = payload.safeParse(body);
    if (!read.success || headers['x-github-event'] === undefined) return undefined;
    const { action, registry_package, package: plain } = read.data;
    const one = registry_package ?? plain;
    if (!one || !['published', 'updated'].includes(action ?? '')) return { news: [] };
    if (one.package_type.toLowerCase() !== 'container') return { news: [] };
    const version = one.package_version;
    const tag = version?.container_metadata?.tag;
    const digest = [tag?.digest, version?.version, version?.name].find((text) => text?.startsWith('sha256:'));
    const owner = one.owner?.login ?? one.namespace ?? '';
    const at = new Date(version?.updated_at ?? one.updated_at ?? Number.NaN);
    const delivery = createHash('sha256').update(raw).digest('hex');
    const repository = `${owner}/${one.name}`.toLowerCase();
    const name = tag?.name || undefined;
    return { news: digest ? [{ delivery, at, kind: 'push', repository, digest, tag: name }] : [] };
  },
};
