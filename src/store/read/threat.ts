import * as z from 'zod/mini';

/** What makes a flaw urgent. */
export interface Threat {
  readonly kev?: { readonly added: string; readonly due?: string; readonly ransomware: boolean };
  readonly epss?: { readonly score: number; readonly percentile: number; readonly date: string };
  readonly exploits: number;
}

export interface ThreatColumns {
  readonly epss: number | null;
  readonly epss_percentile: number | null;
  readonly exploited: string | null;
  readonly ransomware: boolean;
  readonly exploits: number;
  readonly facts: unknown;
  /** When the database that said so was built. */
  readonly built: Date | null;
}

export function threatOf(row: ThreatColumns): Threat {
  const { due } = readFlawFacts(row.facts);
  return {
    ...(row.exploited && { kev: { added: row.exploited, ...(due && { due }), ransomware: row.ransomware } }),
    ...(row.epss !== null && {
      epss: {
        score: row.epss,
        percentile: row.epss_percentile ?? 0,
        date: (row.built ?? new Date(0)).toISOString().slice(0, 10),
      },
    }),
    exploits: row.exploits,
  };
}

const flawFacts = z.object({
  cvss: z._default(
    z.array(z.object({ version: z.string(), vector: z.string(), score: z.number(), source: z.string() })),
    [],
  ),
  cwe: z._default(z.array(z.string()), []),
  references: z._default(z.array(z.string()), []),
  exploits: z.optional(
    z.object({
      metasploit: z.optional(z.array(z.string())),
      github: z.optional(z.number()),
      exploitDb: z.optional(z.number()),
    }),
  ),
  ssvc: z.optional(z.object({ exploitation: z.string(), automatable: z.string(), technicalImpact: z.string() })),
  due: z.optional(z.string()),
});

export type StoredFlawFacts = z.infer<typeof flawFacts>;

/** The rest of what is known of a flaw; nothing where it was written by something else. */
export function readFlawFacts(facts: unknown): StoredFlawFacts {
  return z.safeParse(flawFacts, facts).data ?? { cvss: [], cwe: [], references: [] };
}
