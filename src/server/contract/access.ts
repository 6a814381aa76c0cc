import * as z from 'zod';
import { flag, instant, pageOf, pageQuery } from './paging.ts';

/** `reader` sees, `analyst` also decides about findings, `admin` also changes the installation. */
export const role = z.enum(['reader', 'analyst', 'admin']);

/** Where a role holds. A repository is `registry/repository`, with `*` as a glob. */
export const scope = z
  .object({
    kind: z.enum(['all', 'registry', 'repository', 'cluster', 'namespace']),
    value: z.string().min(1).max(400).optional(),
  })
  .refine(({ kind, value }) => (kind === 'all') === (value === undefined), {
    message: 'Name what it is limited to; only a grant over all names nothing.',
  });

export const grant = z.object({ role, scope });

/** Chosen by who asks, on routes that tell of many things. It narrows what is seen and never widens it. */
export const scopeChoice = z.object({
  scope: z
    .string()
    .max(400)
    .regex(/^[^/*]+(\/[^*]+)?$/)
    .optional()
    .describe('Only what lies in this registry, or in this repository of it (`registry/repository`).'),
});

export const session = z.object({
  user: z.string(),
  name: z.string().optional(),
  grants: z.array(grant),
  /** To be sent as `X-CSRF-Token` with every change made with the cookie. */
  csrfToken: z.string(),
  expires: instant,
  mustChangePassword: z.boolean(),
});

export const signInForm = z.object({ user: z.string().min(1).max(200), password: z.string().min(1).max(1_000) });

/** Ways of signing in that are there, for the page that asks. */
export const signInOptions = z.object({
  password: z.boolean(),
  providers: z.array(z.object({ id: z.string(), title: z.string() })),
});

export const passwordChange = z.object({ old: z.string().max(1_000), new: z.string().min(12).max(1_000) });

export const userRow = z.object({
  user: z.string(),
  name: z.string().optional(),
  source: z.enum(['local', 'oidc']),
  grants: z.array(grant),
  disabled: z.boolean(),
  locked: z.boolean(),
  lastSeen: instant.optional(),
  created: instant,
});

export const userQuery = z
  .object({ q: z.string().max(200).optional().describe('Part of a login or a name.') })
  .extend(pageQuery.shape);

export const userPage = pageOf(userRow);

export const newUser = z.object({
  user: z.string().regex(/^[a-zA-Z0-9._@-]{1,200}$/),
  name: z.string().max(200).optional(),
  password: z.string().min(12).max(1_000),
  grants: z.array(grant).max(100),
});

export const userChange = z.object({
  name: z.string().max(200).optional(),
  password: z.string().min(12).max(1_000).optional(),
  grants: z.array(grant).max(100).optional(),
  disabled: z.boolean().optional(),
});

export const tokenRow = z.object({
  id: z.string(),
  name: z.string(),
  user: z.string(),
  grants: z.array(grant),
  /** What begins the token, to recognise it. */
  hint: z.string(),
  created: instant,
  expires: instant,
  lastUsed: instant.optional(),
});

export const tokenQuery = z
  .object({ everybody: flag.optional().describe('Of all accounts; for administrators.') })
  .extend(pageQuery.shape);

export const tokenPage = pageOf(tokenRow);

export const newToken = z.object({
  name: z.string().trim().min(1).max(200),
  grants: z.array(grant).min(1).max(100).describe('At most what its maker may do.'),
  days: z.number().int().min(1).max(366).default(90),
});

/** The token itself, said once. */
export const madeToken = tokenRow.extend({ token: z.string() });

export const trailEntry = z.object({
  id: z.string(),
  at: instant,
  who: z.string(),
  /** Address that it came from. */
  from: z.string().optional(),
  /** `registry.create`, `exception.approve`. */
  action: z.string(),
  subject: z.string(),
  /** What was changed, without secrets. */
  detail: z.record(z.string(), z.unknown()).optional(),
  outcome: z.enum(['done', 'refused']),
});

export const trailQuery = z
  .object({ q: z.string().max(200).optional(), who: z.string().max(200).optional(), since: instant.optional() })
  .extend(pageQuery.shape);

export const trailPage = pageOf(trailEntry);

export const trailExport = trailQuery
  .omit({ cursor: true, limit: true })
  .extend({ format: z.enum(['ndjson', 'csv']).default('ndjson') });

export type Role = z.infer<typeof role>;
export type Scope = z.infer<typeof scope>;
export type Grant = z.infer<typeof grant>;
export type Session = z.infer<typeof session>;
export type SignInForm = z.infer<typeof signInForm>;
export type SignInOptions = z.infer<typeof signInOptions>;
export type UserRow = z.infer<typeof userRow>;
export type NewUser = z.infer<typeof newUser>;
export type UserChange = z.infer<typeof userChange>;
export type TokenRow = z.infer<typeof tokenRow>;
export type NewToken = z.infer<typeof newToken>;
export type MadeToken = z.infer<typeof madeToken>;
export type TrailEntry = z.infer<typeof trailEntry>;
