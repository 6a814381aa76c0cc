import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:https';
import { AppError, messageOf } from '../lib/errors.ts';
import { isLoopback, listenAddress, type ServerConfig, servesTls } from './config.ts';
import { ownCertificate } from './tls/own-certificate.ts';

/** What the server shows to those who connect, PEM. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** Of our own authority, for those who are to trust it. */
  readonly authority?: string;
}

/** The certificate by configuration; undefined where plain HTTP is spoken, which is only on a loopback address. */
export async function openTls(config: ServerConfig, now = new Date()): Promise<ServerTls | undefined> {
  if (servesTls(config)) return config.tls.mode === 'files' ? fromFiles(config.tls, now) : ownCertificate(config, now);
  const { host } = listenAddress(config);
  if (isLoopback(host)) return undefined;
  throw new AppError(
    'CONFIG_INVALID',
    `tls.mode is "off" but listen is ${host}, which others can reach: passwords would travel in the clear. ` +
      'Listen on 127.0.0.1 behind a proxy that speaks TLS, or set tls.mode to "auto" or "files".',
  );
}

const checkEveryMs = 3_600_000;

/** Takes renewed certificates in while the server runs; the answer stops it. */
export function keepTlsFresh(
  server: Server,
  config: ServerConfig,
  told: { readonly renewed: () => void; readonly failed: (error: unknown) => void },
): () => void {
  let shown: string | undefined;
  const timer = setInterval(async () => {
    try {
      const tls = await openTls(config);
      if (!tls || tls.cert === shown) return;
      server.setSecureContext({ cert: tls.cert, key: tls.key });
      if (shown !== undefined) told.renewed();
      shown = tls.cert;
    } catch (error) {
      told.failed(error);
    }
  }, checkEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

async function fromFiles({ certFile, keyFile }: ServerConfig['tls'], now: Date): Promise<ServerTls> {
  if (!certFile || !keyFile)
    throw new AppError('CONFIG_INVALID', 'tls.mode is "files": name both tls.certFile and tls.keyFile.');
  const [cert, key] = await Promise.all([readPem('tls.certFile', certFile), readPem('tls.keyFile', keyFile)]);
  const certificate = parsed('tls.certFile', certFile, () => new X509Certificate(cert));
  const privateKey = parsed('tls.keyFile', keyFile, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey))
    throw new AppError('CONFIG_INVALID', `The key in ${keyFile} is not that of the certificate in ${certFile}.`);
  if (certificate.validToDate <= now)
    throw new AppError('CONFIG_INVALID', `The certificate in ${certFile} ended on ${certificate.validTo}. Renew it.`);
  return { cert, key };
}

async function readPem(setting: string, path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new AppError('CONFIG_INVALID', `${setting} cannot be read: ${messageOf(error)}.`, { cause: error });
  });
}

function parsed<T>(setting: string, path: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `${setting}: ${path} holds no PEM that can be read.`, { cause: error });
  }
}
