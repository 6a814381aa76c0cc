import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Statement, Subject } from '../case.ts';
import { rpmOrder } from '../distribution-orders.ts';
import { filesBelow, type Reading } from './osv-json.ts';

interface Erratum {
  readonly id: string;
  readonly summary: string;
  readonly related?: readonly string[];
  readonly affected: readonly {
    readonly package: { readonly ecosystem: string; readonly name: string };
    readonly ranges: readonly { readonly events: readonly { readonly fixed?: string }[] }[];
  }[];
}

/** An erratum fixes binary packages; a package of a module belongs to the modules that the summary names. */
export function almalinuxReading(data: string): Reading {
  const root = join(data, 'almalinux-osv/advisories');
  const paths = filesBelow(root, '.json');
  const errata = paths.map((path) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Erratum);
  // Some summaries leave the stream out; another erratum of the same build, or of the same package, names it.
  const modules = new Map<string, Set<string>>();
  for (const erratum of errata) {
    for (const module of modulesIn(erratum.summary)) {
      for (const [name, fixed] of fixesOf(erratum)) {
        for (const key of [buildOf(fixed), `package ${name}`])
          if (buildOf(fixed)) modules.set(key, (modules.get(key) ?? new Set()).add(module));
      }
    }
  }
  // Some stand in the folder of more than one release, every time with all of its packages.
  const distinct = new Map(errata.map((erratum) => [erratum.id, erratum]));
  const statements = [...distinct.values()].flatMap((erratum) => {
    const ids = [...new Set((erratum.related ?? []).filter((id) => id.startsWith('CVE-')))];
    if (ids.length === 0 && !erratum.id.startsWith('ALSA-')) return [];
    return erratumStatements(erratum, ids.length > 0 ? ids : [erratum.id], modules);
  });
  return { statements, records: paths.length, withdrawn: 0 };
}

function erratumStatements(
  erratum: Erratum,
  ids: readonly string[],
  modules: ReadonlyMap<string, ReadonlySet<string>>,
): Statement[] {
  const fixes = fixesOf(erratum).filter(([name]) => !isOfKernel(name));
  const rows = fixes.flatMap(([name, fixed, stream]) => {
    const subject: Subject = { type: 'rpm', name, stream };
    if (!buildOf(fixed)) return [{ subject, fixed }];
    const named = modulesIn(erratum.summary);
    const only = modules.get(`package ${name}`);
    const known = named.length > 0 ? named : [...(modules.get(buildOf(fixed)) ?? (only?.size === 1 ? only : []))];
    return known.map((module) => ({ subject: { ...subject, module }, fixed }));
  });
  return [...Map.groupBy(rows, ({ subject }) => JSON.stringify(subject)).values()].map((group) => {
    // A module may be built again without a change of its own: every build has the fix.
    const [fixed = ''] = group.map((row) => row.fixed).sort((a, b) => rpmOrder(a, b) ?? 0);
    return {
      source: 'almalinux',
      record: erratum.id,
      ids,
      subject: (group[0] as { subject: Subject }).subject,
      affects: (version) => (rpmOrder(version, fixed) ?? 0) < 0,
      probes: [`${fixed}~`, fixed],
    };
  });
}

/** Of the kernel's eighty packages, which are built and fixed together, the first few speak for all. */
const isOfKernel = (name: string) => /^(kernel-(?!core$).*|libperf|perf|python3-perf|rtla|rv)$/.test(name);

function fixesOf({ affected }: Erratum): (readonly [name: string, fixed: string, stream: string])[] {
  return affected.flatMap(({ package: { name, ecosystem }, ranges }) =>
    ranges.flatMap(({ events }) =>
      events.flatMap(({ fixed }) => (fixed ? [[name, fixed, ecosystem.toLowerCase()] as const] : [])),
    ),
  );
}

function modulesIn(summary: string): string[] {
  return Array.from(summary.matchAll(/(?:^|\s)([a-z][\w.+-]*:[\w.+-]+)/g), ([, module = '']) => module);
}

function buildOf(version: string): string {
  return /\.module_el(.+)$/.exec(version)?.[1] ?? '';
}
