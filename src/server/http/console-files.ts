import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { plainProblem } from './problem.ts';

/** Serves the built console; every path that is no file is one of its pages. */
export async function serveConsole(app: FastifyInstance, directory: string): Promise<void> {
  const index = join(directory, 'index.html');
  if (existsSync(index))
    await app.register(fastifyStatic, {
      root: directory,
      index: false,
      // Only files that were there at the start: no folder, and no way out of this one.
      wildcard: false,
      dotfiles: 'ignore',
      serveDotFiles: false,
      redirect: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const named = path.startsWith(join(directory, 'assets'));
        reply.header('cache-control', named ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  app.setNotFoundHandler((request, reply) => (isPage(request) ? sendPage(reply, index) : sendNothing(request, reply)));
}

function isPage({ method, url }: FastifyRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const path = url.split('?')[0] ?? '';
  // A missing script answered with a page would be run as one.
  return !/^\/(api|assets)(\/|$)/.test(path) && !/\.(js|css|map|json|svg|png|ico|woff2?)$/.test(path);
}

function sendPage(reply: FastifyReply, index: string) {
  reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache');
  if (existsSync(index)) return reply.send(readFileSync(index));
  return reply.code(503).send(notBuilt);
}

function sendNothing(request: FastifyRequest, reply: FastifyReply) {
  const path = (request.url.split('?')[0] ?? '').slice(0, 200);
  return reply
    .code(404)
    .type('application/problem+json')
    .send(JSON.stringify(plainProblem(404, 'NOT_FOUND', `There is nothing at ${path}.`, request.id)));
}

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Breakwater</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; margin: 10vh auto; max-width: 40rem; padding: 0 1rem }</style>
<h1>The server runs; its console is not built</h1>
<p>Build it once with <code>npm run console</code>, then load this page again.</p>
<p>The API is at <code>/api/v1</code>, described by <a href="/openapi.json">/openapi.json</a>.</p>
</html>
`;
