import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { dataPaths, listenAddress, type ServerConfig } from '../config.ts';
import type { ServerTls } from '../tls.ts';
import { issueCertificate } from './issue-certificate.ts';

const dayMs = 86_400_000;
const authorityDays = 3_650;
const serverDays = 90;
const renewDaysBefore = 30;

/** A certificate of our own authority, both kept beside the data, made anew before it ends or when names are added. */
export async function ownCertificate(config: ServerConfig, now: Date): Promise<ServerTls> {
  const folder = dataPaths(config).secrets;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = namesOf(config);
  const [authority, server] = await Promise.all([readPair(folder, 'ca'), readPair(folder, 'server')]);
  const authorityHolds = authority && lasts(authority, now, serverDays);
  if (authorityHolds && server && lasts(server, now, renewDaysBefore) && covers(server, names, authority))
    return tlsOf(server, authority);

  const issuer = authorityHolds ? authority : makeAuthority(now);
  const made = makeServer(issuer, names, now);
  if (issuer !== authority) await writePair(folder, 'ca', issuer);
  await writePair(folder, 'server', made);
  return tlsOf(made, issuer);
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

function tlsOf(server: Pair, authority: Pair): ServerTls {
  return { cert: `${server.cert.trim()}\n${authority.cert.trim()}\n`, key: server.key, authority: authority.cert };
}

/** Every name and address that browsers may reach this server by, as far as can be known here. */
function namesOf(config: ServerConfig): readonly string[] {
  const { host } = listenAddress(config);
  const names = new Set(['localhost', '127.0.0.1', '::1', hostname().toLowerCase()]);
  if (config.publicUrl) names.add(new URL(config.publicUrl).hostname.replace(/^\[(.*)\]$/, '$1'));
  if (host !== '0.0.0.0' && host !== '::') names.add(host.toLowerCase());
  else
    for (const { address } of Object.values(networkInterfaces()).flatMap((list) => list ?? []))
      if (!address.includes('%') && !address.startsWith('fe80')) names.add(address);
  return [...names].slice(0, 100);
}

function lasts({ cert }: Pair, now: Date, days: number): boolean {
  const { validFromDate, validToDate } = new X509Certificate(cert);
  return validFromDate <= now && validToDate.getTime() - now.getTime() > days * dayMs;
}

function covers({ cert }: Pair, names: readonly string[], authority: Pair): boolean {
  const certificate = new X509Certificate(cert);
  if (!certificate.verify(new X509Certificate(authority.cert).publicKey)) return false;
  return names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined);
}

function makeAuthority(now: Date): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = `Breakwater authority ${randomBytes(4).toString('hex')}`;
  const cert = issueCertificate({
    subject,
    publicKey,
    ...validity(now, authorityDays),
    issuer: { subject, key: privateKey },
  });
  return { cert, key: pemOf(privateKey) };
}

function makeServer(authority: Pair, names: readonly string[], now: Date): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = new X509Certificate(authority.cert).subject.replace(/^CN=/, '');
  const cert = issueCertificate({
    subject: 'Breakwater',
    publicKey,
    ...validity(now, serverDays),
    names,
    issuer: { subject, key: createPrivateKey(authority.key) },
  });
  return { cert, key: pemOf(privateKey) };
}

/** From yesterday, for clients whose clock is behind. */
function validity(now: Date, days: number) {
  return { notBefore: new Date(now.getTime() - dayMs), notAfter: new Date(now.getTime() + days * dayMs) };
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** Undefined when it is not there or cannot be used: then another one is made. */
async function readPair(folder: string, name: string): Promise<Pair | undefined> {
  const read = (ending: string) => readFile(join(folder, `${name}.${ending}`), 'utf8').catch(() => undefined);
  const [cert, key] = await Promise.all([read('crt'), read('key')]);
  if (!cert || !key) return undefined;
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : undefined;
  } catch {
    return undefined;
  }
}

/** Each file is whole or the one before; the key first, so that a certificate never stands without it. */
async function writePair(folder: string, name: string, { cert, key }: Pair): Promise<void> {
  for (const [ending, text, mode] of [
    ['key', key, 0o600],
    ['crt', cert, 0o644],
  ] as const) {
    const path = join(folder, `${name}.${ending}`);
    await writeFile(`${path}.new`, text, { mode });
    await rename(`${path}.new`, path);
  }
}
