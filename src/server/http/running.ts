import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Route } from '../route.ts';

/** Requests that are being answered, with whether that ends by itself. */
export type Running = Map<AbortController, { readonly endless: boolean }>;

/** Aborts when the client goes, and what never ends by itself when the server stops. */
export function abortWhenGone(route: Route, reply: FastifyReply, running: Running): AbortSignal {
  const controller = new AbortController();
  running.set(controller, { endless: route.streams?.includes('text/event-stream') ?? false });
  reply.raw.once('close', () => {
    running.delete(controller);
    controller.abort();
  });
  return controller.signal;
}

/**
 * A server that stops answers what it was asked, ends its streams, and then waits for no connection: browsers open some
 * in advance and keep others for later.
 */
export function endConnections(app: FastifyInstance, running: Running): void {
  let timer: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    for (const [controller, { endless }] of running) if (endless) controller.abort();
    timer = setInterval(() => {
      if (running.size === 0) app.server.closeAllConnections();
    }, 50);
  });
  app.addHook('onClose', async () => clearInterval(timer));
}
