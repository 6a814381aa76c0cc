import * as z from 'zod';
import type { ServerContext } from '../context.ts';
import { createReceiver, type Receiver } from '../notifications/receive.ts';
import { type Route, type RouteRequest, route } from '../route.ts';

const registryParam = z.string().max(100);
const maxBytes = 1_048_576;
const answer = z.record(z.string(), z.string());

const receivers = new WeakMap<ServerContext, Receiver>();

export function receiverOf(context: ServerContext): Receiver {
  const receiver = receivers.get(context) ?? createReceiver(context);
  receivers.set(context, receiver);
  return receiver;
}

const shared = {
  method: 'POST',
  access: 'public',
  body: z.unknown().describe('What the registry sends, in its own form.'),
  bodyBytes: maxBytes,
  answer,
  errors: [401],
} as const;

type Incoming = Pick<RouteRequest<unknown, unknown, unknown>, 'headers' | 'raw' | 'body'>;

const deliveryOf = ({ headers, raw, body }: Incoming, pathSecret?: string) => ({ headers, raw, body, pathSecret });

const receive = route({
  ...shared,
  id: 'notifications.receive',
  path: '/notifications/{registry}',
  summary: 'Takes what a registry tells by itself. The secret is shown in a header or by a signature.',
  params: z.object({ registry: registryParam }),
  handle: async (request, context) =>
    (await receiverOf(context).receive(request.params.registry, deliveryOf(request))) ?? {},
});

const receiveWithSecret = route({
  ...shared,
  id: 'notifications.receive-with-secret',
  path: '/notifications/{registry}/{secret}',
  summary: 'The same, for senders that can show the secret nowhere but in the address.',
  params: z.object({ registry: registryParam, secret: z.string().min(1).max(200) }),
  handle: async (request, context) => {
    const { registry, secret } = request.params;
    return (await receiverOf(context).receive(registry, deliveryOf(request, secret))) ?? {};
  },
});

/**
 * Before it sends CloudEvents, Event Grid asks whether it may, without showing the secret; the notifications then do.
 * https://learn.microsoft.com/azure/event-grid/end-point-validation-cloud-events-schema
 */
const handshake = {
  method: 'OPTIONS',
  access: 'public',
  summary: 'Says from where notifications are taken, as CloudEvents ask before they are sent.',
  answer: z.object({}),
  handle: async () => ({
    body: {},
    headers: { 'webhook-allowed-origin': 'eventgrid.azure.net', 'webhook-allowed-rate': '*' },
  }),
} as const;

const allow = route({
  ...handshake,
  id: 'notifications.allow',
  path: receive.path,
  params: z.object({ registry: registryParam }),
});

const allowWithSecret = route({
  ...handshake,
  id: 'notifications.allow-with-secret',
  path: receiveWithSecret.path,
  params: z.object({ registry: registryParam, secret: z.string().min(1).max(200) }),
});

export const notificationRoutes: readonly Route[] = [receive, receiveWithSecret, allow, allowWithSecret];
