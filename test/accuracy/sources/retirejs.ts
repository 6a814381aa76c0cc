import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isWithin, type Statement } from '../case.ts';
import { npmOrder } from '../orders.ts';
import { justAbove, justBelow } from './osv.ts';
import type { Reading } from './osv-json.ts';

interface Library {
  readonly npmname?: string;
  readonly basePurl?: string;
  readonly vulnerabilities: readonly {
    readonly atOrAbove?: string;
    readonly below: string;
    readonly identifiers: Readonly<Record<string, string | readonly string[]>>;
  }[];
}

/** On npm, nothing or another project goes by these names. */
const elsewhere = new Set(['ember', 'pendo', 'prototypejs', 'retire-example', 'sessvars']);

export function retirejsReading(data: string): Reading {
  const text = readFileSync(join(data, 'retirejs/repository/jsrepository-v6.json'), 'utf8');
  const statements: Statement[] = [];
  let records = 0;
  for (const [key, library] of Object.entries(JSON.parse(text) as Record<string, Library>)) {
    records += library.vulnerabilities.length;
    const name = (library.basePurl ?? `pkg:npm/${library.npmname ?? key}`).replace(/^pkg:npm\//, '');
    // Names with capital letters are no npm names; other package URLs are of other places.
    if (elsewhere.has(key) || /[A-Z:]/.test(name)) continue;
    statements.push(...statementsOf(name, library));
  }
  return { statements, records, withdrawn: 0 };
}

/** A flaw may have several entries, one for each branch. */
function statementsOf(name: string, { vulnerabilities }: Library): Statement[] {
  const readable = vulnerabilities.filter(({ below }) => npmOrder(below, below) === 0);
  const named = readable.flatMap((flaw) => {
    const { CVE = [], githubID = [] } = flaw.identifiers;
    const cves = [CVE].flat().filter((id) => /^CVE-\d{4}-\d{4,}$/.test(id));
    // The end of a line is no flaw.
    const own = /End-of-Life|Long Term Support/i.test(String(flaw.identifiers.summary))
      ? []
      : [ownId(name, flaw.identifiers)];
    const ids = [cves, [githubID].flat(), own].find((list) => list.length > 0) ?? [];
    return ids.map((id) => ({ id, flaw }));
  });
  const slash = name.indexOf('/');
  const subject = { type: 'npm', ...(slash > 0 && { namespace: name.slice(0, slash) }), name: name.slice(slash + 1) };
  return [...Map.groupBy(named, ({ id }) => id)].map(([id, group]) => {
    const bounds = group.flatMap(({ flaw }) => [flaw.below, ...(flaw.atOrAbove ? [flaw.atOrAbove] : [])]);
    return {
      source: 'retirejs',
      record: id,
      ids: [id],
      subject,
      affects: (version) =>
        group.some(({ flaw: { atOrAbove, below } }) =>
          // A branch that was never fixed ends in an invented version.
          isWithin(
            version,
            { from: atOrAbove === '0' ? undefined : atOrAbove, ...(/\.99+$/.test(below) ? { to: below } : { below }) },
            npmOrder,
          ),
        ),
      probes: ['0.0.1', ...bounds.flatMap((bound) => [bound, justBelow(bound) ?? bound, justAbove(bound) ?? bound])],
    };
  });
}

/** The number that Retire.js gave it, else what its tracker calls it. */
function ownId(
  name: string,
  { summary: _, retid, ...others }: Readonly<Record<string, string | readonly string[]>>,
): string {
  const [kind, value] = Object.entries(others)[0] ?? [];
  const words =
    retid ??
    [name, kind === 'CVE' ? [] : kind, value]
      .flat()
      .join('-')
      .replace(/[^\w.@-]+/g, '-');
  return `RETIREJS-${words}`;
}
