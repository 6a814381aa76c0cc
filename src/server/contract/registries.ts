import * as z from 'zod';
import { artifactKind } from './images.ts';
import { instant, pageOf, pageQuery } from './paging.ts';

/** Id of a registry product: a plug-in of `images/registries`. */
export const registryKind = z.string().regex(/^[a-z][a-z0-9-]*$/);

/** How to sign in. Secrets go in and never come out. */
export const registrySignIn = z.discriminatedUnion('method', [
  z.object({ method: z.literal('anonymous') }),
  z.object({ method: z.literal('password'), username: z.string().max(500), password: z.string().max(20_000) }),
  z.object({
    method: z.literal('entra-service-principal'),
    tenant: z.string().max(200),
    clientId: z.string().max(200),
    clientSecret: z.string().max(2_000),
  }),
  z.object({ method: z.literal('entra-managed-identity'), clientId: z.string().max(200).optional() }),
  z.object({
    method: z.literal('entra-workload-identity'),
    tenant: z.string().max(200).optional(),
    clientId: z.string().max(200).optional(),
  }),
  z.object({
    method: z.literal('aws'),
    region: z.string().max(50),
    accessKeyId: z.string().max(200).optional(),
    secretAccessKey: z.string().max(500).optional(),
    roleArn: z.string().max(500).optional(),
  }),
  z.object({ method: z.literal('google'), serviceAccountKey: z.string().max(20_000).optional() }),
]);

/** What may be changed later; without defaults, since what a change leaves out stays as it is. */
const changeable = z.object({
  /** `registry.example` or `registry.example:5000`. */
  host: z.string().min(1).max(300),
  signIn: registrySignIn,
  /** Globs; an empty list takes everything in. */
  include: z.array(z.string().max(300)).max(100),
  exclude: z.array(z.string().max(300)).max(100),
  /** Globs over tags. */
  tags: z.array(z.string().max(200)).max(100),
  /** Repositories given by name: these are looked through instead of what a catalogue lists. */
  repositories: z.array(z.string().max(300)).max(10_000),
  /** How often it is looked through when nothing notifies; 0 means never. */
  pollMinutes: z.number().int().min(0).max(10_080),
  /** Requests a second at most, of all replicas together. */
  requestsPerSecond: z.number().min(0.1).max(1_000),
  /** PEM of a private CA; an empty one takes it away. */
  certificate: z.string().max(100_000).optional(),
  plainHttp: z.boolean(),
});

const { signIn, include, exclude, tags, repositories, pollMinutes, requestsPerSecond, plainHttp } = changeable.shape;

export const registrySettings = changeable.extend({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
    .describe('Its id: lower case, digits and dashes.'),
  kind: registryKind,
  signIn: signIn.default({ method: 'anonymous' }),
  include: include.default([]),
  exclude: exclude.default([]),
  tags: tags.default([]),
  repositories: repositories.default([]),
  pollMinutes: pollMinutes.default(60),
  requestsPerSecond: requestsPerSecond.default(20),
  plainHttp: plainHttp.default(false),
});

/** Given in part, to change some of it. A sign-in replaces the one before. */
export const registryChange = changeable.partial();

export const registryRow = registrySettings.omit({ signIn: true, certificate: true }).extend({
  signIn: z.object({ method: z.string(), username: z.string().optional() }),
  hasCertificate: z.boolean(),
  images: z.object({
    known: z.number().int(),
    scanned: z.number().int(),
    failed: z.number().int(),
    queued: z.number().int(),
  }),
  artifacts: z
    .array(z.object({ kind: artifactKind, count: z.number().int() }))
    .describe('What lies in it besides images, most frequent first.'),
  repositoriesKnown: z.number().int(),
  lastPush: instant.optional(),
  lastCrawl: instant.optional(),
  /** Set while it cannot be read. */
  failure: z.object({ code: z.string(), message: z.string(), since: instant }).optional(),
  /** Where it should send what happens, relative to the server's address. */
  notificationPath: z.string(),
  created: instant,
});

export const registryQuery = z
  .object({ q: z.string().max(200).optional().describe('Part of a name or of a host.') })
  .extend(pageQuery.shape);

export const registryPage = pageOf(registryRow);

/** The secret of its notifications is said this once. */
export const madeRegistry = registryRow.extend({ notificationSecret: z.string() });

/** Said once, when it is made or renewed: what the registry must show with each notification. */
export const notificationSecret = z.object({ notificationPath: z.string(), secret: z.string() });

/** Each step of reaching a registry, so that a failure is where it happened. */
export const connectionTest = z.object({
  ok: z.boolean(),
  steps: z.array(
    z.object({
      step: z.enum(['address', 'connect', 'tls', 'sign-in', 'catalogue', 'pull']),
      ok: z.boolean(),
      message: z.string(),
      /** ms */
      took: z.number(),
    }),
  ),
});

export const repositoryRow = z.object({
  registry: z.string(),
  name: z.string(),
  images: z.number().int(),
  tags: z.number().int(),
  lastPush: instant.optional(),
});

export const repositoryPage = pageOf(repositoryRow);
export const repositoryQuery = z.object({ q: z.string().max(200).optional() }).extend(pageQuery.shape);

/** What kinds there are, for the form. */
export const registryKinds = z.object({
  kinds: z.array(
    z.object({
      id: registryKind,
      title: z.string(),
      signIns: z.array(z.string()),
      /** How its address looks. */
      hostExample: z.string(),
      notifications: z.string().optional().describe('How to make it send notifications.'),
    }),
  ),
});

export type RegistrySettings = z.infer<typeof registrySettings>;
export type RegistrySignIn = z.infer<typeof registrySignIn>;
export type RegistryChange = z.infer<typeof registryChange>;
export type RegistryRow = z.infer<typeof registryRow>;
export type RegistryPage = z.infer<typeof registryPage>;
export type MadeRegistry = z.infer<typeof madeRegistry>;
export type NotificationSecret = z.infer<typeof notificationSecret>;
export type RepositoryPage = z.infer<typeof repositoryPage>;
export type ConnectionTest = z.infer<typeof connectionTest>;
export type RepositoryRow = z.infer<typeof repositoryRow>;
export type RegistryKinds = z.infer<typeof registryKinds>;
