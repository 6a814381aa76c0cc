import { isIP } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';

const seconds = (text: string) => z.coerce.number().min(1).describe(text);

const network = z.string().refine(isNetwork, 'should be a network like 10.20.0.0/16 or fd00:1::/64');

/**
 * Everything that is set before the server starts. One schema for file (YAML), environment and flags: key
 * `signIn.sessionHours` is `BREAKWATER_SIGN_IN_SESSION_HOURS` and `--sign-in-session-hours`. Later ones win, in that order.
 */
export const serverConfig = z.strictObject({
  dataDir: z.string().min(1).describe('Where the embedded database, keys and caches lie.'),
  listen: z
    .string()
    .regex(/^.+:\d{1,5}$/, 'should be an address and a port: 127.0.0.1:8443')
    .default('127.0.0.1:8443')
    .describe('Address and port. Without TLS only a loopback address is accepted.'),
  publicUrl: z
    .url()
    .optional()
    .describe('How browsers and registries reach the server, when a proxy stands before it.'),
  databaseUrl: z.string().optional().describe('PostgreSQL 15 or newer; without it one is run in the data directory.'),
  adminPassword: z
    .string()
    .min(12)
    .optional()
    .describe('Password of the first administrator; printed once when not set.'),
  keyFile: z
    .string()
    .optional()
    .describe('Key that seals secrets (32 bytes, base64); made in the data directory when not set.'),
  tls: z
    .strictObject({
      mode: z
        .enum(['auto', 'files', 'off'])
        .default('auto')
        .describe('auto: own CA beside the data, but plain HTTP on loopback.'),
      certFile: z.string().optional(),
      keyFile: z.string().optional(),
    })
    .prefault({}),
  signIn: z
    .strictObject({
      sessionHours: z.coerce.number().min(0.1).max(720).default(12),
      idleMinutes: z.coerce.number().min(1).max(43_200).default(120).describe('A session unused for so long ends.'),
      lockAfter: z.coerce
        .number()
        .int()
        .min(1)
        .default(10)
        .describe('Wrong passwords until an account is locked for a while.'),
      lockMinutes: z.coerce.number().min(0.01).default(15),
      oidc: z
        .array(
          z.strictObject({
            id: z.string().regex(/^[a-z0-9-]+$/),
            title: z.string(),
            issuer: z.url(),
            clientId: z.string(),
            clientSecret: z.string().optional(),
            scopes: z.array(z.string()).default(['openid', 'profile', 'email']),
            /** Claim that holds groups, and what role each gives everywhere. */
            groupsClaim: z.string().default('groups'),
            roles: z.record(z.string(), z.enum(['reader', 'analyst', 'admin'])).default({}),
            defaultRole: z.enum(['reader', 'analyst', 'admin']).optional(),
          }),
        )
        .default([]),
    })
    .prefault({}),
  rate: z
    .strictObject({
      requestsPerMinute: z.coerce.number().int().min(1).default(30_000).describe('Of one caller.'),
      signInsPerMinute: z.coerce.number().int().min(1).default(20).describe('Of one address.'),
      notificationsPerMinute: z.coerce.number().int().min(1).default(6_000).describe('Of one registry.'),
    })
    .prefault({}),
  scan: z
    .strictObject({
      workers: z.coerce.number().int().min(0).max(64).default(2).describe('Scans at once on this replica.'),
      workerMemoryMb: z.coerce.number().int().min(128).default(1_024),
      minutes: z.coerce.number().min(0.1).default(15).describe('How long a scan of one image may take.'),
      cacheMb: z.coerce.number().int().min(16).default(2_048).describe('Layer cache on this replica.'),
    })
    .prefault({}),
  network: z
    .strictObject({
      allow: z
        .array(network)
        .default([])
        .describe('Private, loopback or link-local addresses (CIDR) that registries may lie at.'),
      proxies: z
        .array(network)
        .default([])
        .describe('Addresses (CIDR) of proxies before the server, whose X-Forwarded-For is believed.'),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      open: z
        .stringbool()
        .or(z.boolean())
        .default(false)
        .describe('Metrics without signing in; else they want a token.'),
    })
    .prefault({}),
  vulnerabilityDatabase: z
    .string()
    .optional()
    .describe('File made by `breakwater db build`; the starter when not set.'),
  log: z
    .strictObject({ level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info') })
    .prefault({}),
  shutdownSeconds: seconds('How long running requests and scans are waited for.').default(20),
  demo: z.stringbool().or(z.boolean()).default(false).describe('Loads a believable sample estate into an empty store.'),
});

export type ServerConfig = z.infer<typeof serverConfig>;

/** Host and port of `listen`; brackets around an IPv6 address are taken off. */
export function listenAddress({ listen }: Pick<ServerConfig, 'listen'>): {
  readonly host: string;
  readonly port: number;
} {
  const at = listen.lastIndexOf(':');
  return { host: listen.slice(0, at).replace(/^\[(.*)\]$/, '$1'), port: Number(listen.slice(at + 1)) };
}

function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
  const family = isIP(address);
  return family !== 0 && Number(bits ?? 0) <= (family === 4 ? 32 : 128);
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Whether the server itself speaks TLS: always, but on a loopback address with `auto`, and with `off`. */
export function servesTls(config: Pick<ServerConfig, 'listen' | 'tls'>): boolean {
  return config.tls.mode === 'files' || (config.tls.mode === 'auto' && !isLoopback(listenAddress(config).host));
}

/** Where things lie below the data directory. */
export function dataPaths({ dataDir }: Pick<ServerConfig, 'dataDir'>) {
  return {
    postgres: join(dataDir, 'postgres'),
    secrets: join(dataDir, 'secrets'),
    layers: join(dataDir, 'layers'),
    vulnerabilities: join(dataDir, 'vulnerabilities'),
  };
}
