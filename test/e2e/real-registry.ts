import { createSign, randomUUID, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type DockerRegistry, startDockerRegistry } from '../support/docker-registry.ts';
import { listenOnLoopback } from '../support/loopback.ts';
import { run } from './programs.ts';

export interface Certificate {
  /** Files in PEM form. */
  readonly certificate: string;
  readonly key: string;
}

export const password = 'correct horse';
export const hashOfPassword = '$2y$05$MIlD3Y58buUqd0HP4ytfwu22JxQFxvlltNOHHBf3.IITcYN50kLh.';

/** A registry that ends with the test. */
export async function startRegistry(
  t: TestContext,
  ...options: Parameters<typeof startDockerRegistry>
): Promise<DockerRegistry> {
  const registry = await startDockerRegistry(...options);
  t.after(registry.stop);
  return registry;
}

/** Gives tokens by https://distribution.github.io/distribution/spec/auth/jwt/: to anybody for `open/`, to jo for everything. */
export async function startTokenServer(t: TestContext, work: string) {
  const { certificate, key } = await makeCertificate(work, 'tokens.test');
  const chain = [new X509Certificate(readFileSync(certificate)).raw.toString('base64')];
  const server = createHttpServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const { authorization } = request.headers;
    const isJo = authorization === `Basic ${Buffer.from(`jo:${password}`).toString('base64')}`;
    if (authorization !== undefined && !isJo) {
      response.writeHead(401).end('{"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password"}]}');
      return;
    }
    const access = url.searchParams.getAll('scope').flatMap((scope) => {
      const [type, name = '', actions = ''] = scope.split(':');
      return isJo || name.startsWith('open/') ? [{ type, name, actions: isJo ? actions.split(',') : ['pull'] }] : [];
    });
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: 'test',
      sub: '',
      aud: url.searchParams.get('service'),
      nbf: now - 10,
      iat: now,
      exp: now + 300,
      jti: randomUUID(),
      access,
    };
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${encode({ typ: 'JWT', alg: 'RS256', x5c: chain })}.${encode(claims)}`;
    const signature = createSign('RSA-SHA256').update(signed).sign(readFileSync(key)).toString('base64url');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ token: `${signed}.${signature}`, expires_in: 300 }));
  });
  t.after(() => server.close());
  const realm = `http://127.0.0.1:${await listenOnLoopback(server)}/token`;
  return { configuration: { realm, service: 'test registry', issuer: 'test', rootcertbundle: certificate } };
}

/** A certificate that is its own authority, for a name and for loopback. */
export async function makeCertificate(work: string, name: string): Promise<Certificate> {
  const certificate = join(work, `${name}.crt`);
  const key = join(work, `${name}.key`);
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name},IP:127.0.0.1`];
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    certificate,
    ...subject,
  ]);
  return { certificate, key };
}
