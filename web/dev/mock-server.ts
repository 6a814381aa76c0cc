import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { matchAnswer } from './answers.ts';
import { type Estate, makeEstate, type Scenario } from './estate.ts';
import { MockProblem } from './mock-answer.ts';

export interface ConsoleMock {
  readonly url: string;
  /** Sends an event to every open page. */
  readonly tell: (event: object) => void;
  readonly close: () => Promise<void>;
}

interface MockOptions {
  readonly scenario: Scenario;
  /** The built console. */
  readonly directory: string;
  readonly port?: number;
  readonly signedIn?: boolean;
}

/** As the server's own, so that what it forbids is seen here too. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** The console with answers made up, each held to the contract's schemas: for the eye and for tests of components. */
export async function startConsoleMock(options: MockOptions): Promise<ConsoleMock> {
  const estate = makeEstate(options.scenario);
  const session = { isSignedIn: options.signedIn ?? true };
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    response.setHeader('content-security-policy', contentSecurityPolicy);
    const url = new URL(request.url ?? '/', 'http://mock');
    if (url.pathname === '/api/v1/events') return openStream(response, streams);
    if (url.pathname.startsWith('/api/v1/')) return void answer(request, response, url, estate, session);
    return void sendFile(options.directory, url.pathname, response);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tell: (event) => {
      for (const stream of streams) stream.write(`data: ${JSON.stringify(event)}\n\n`);
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  estate: Estate,
  session: { isSignedIn: boolean },
): Promise<void> {
  const path = decodeURI(url.pathname.slice('/api/v1'.length));
  try {
    const body = await readBody(request);
    const { status, content } = matchAnswer({ method: request.method ?? 'GET', path, url, body, estate, session });
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(content === undefined ? '' : JSON.stringify(content));
  } catch (error) {
    const status = error instanceof MockProblem ? error.status : 500;
    if (status === 500) console.error(`${request.method} ${request.url}`, error);
    const detail = error instanceof Error ? error.message : String(error);
    const code = codes[status] ?? 'INTERNAL';
    const existing = error instanceof MockProblem ? error.existing : undefined;
    const problem = { type: 'about:blank', title: 'Problem', status, detail, code, instance: 'req-7f3a', existing };
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify(problem));
  }
}

const codes: Readonly<Record<number, string>> = { 401: 'SIGN_IN_NEEDED', 404: 'NOT_FOUND', 409: 'CONFLICT' };

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return parts.length === 0 ? undefined : JSON.parse(Buffer.concat(parts).toString('utf8'));
}

function openStream(response: ServerResponse, streams: Set<ServerResponse>): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(': hello\n\n');
  streams.add(response);
  response.on('close', () => streams.delete(response));
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

async function sendFile(directory: string, path: string, response: ServerResponse): Promise<void> {
  const type = types[extname(path)];
  const file = type ? join(directory, normalize(path)) : join(directory, 'index.html');
  const content = await readFile(file).catch(() => undefined);
  response.writeHead(content ? 200 : 404, { 'content-type': type ?? 'text/html; charset=utf-8' });
  response.end(content);
}
