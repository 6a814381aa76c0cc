import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Interval, isWithin, type Statement } from '../case.ts';
import { rpmOrder } from '../distribution-orders.ts';
import type { Reading } from './osv-json.ts';

const keys: Readonly<Record<string, keyof Interval>> = {
  'less than': 'below',
  'less than or equal': 'to',
  'greater than': 'after',
  'greater than or equal': 'from',
};

/** Definitions refer to tests, tests to an object (the source package) and a state (operation and version). */
export function azurelinuxReading(data: string): Reading {
  const root = join(data, 'azurelinux-oval-2025-02');
  const statements: Statement[] = [];
  let records = 0;
  for (const file of readdirSync(root).filter((name) => name.endsWith('.xml'))) {
    const [, product = '', release] = /^(azurelinux|cbl-mariner)-(\d\.\d)/.exec(file) ?? [];
    const stream = `${product.replace('cbl-', '')}:${release}`;
    const text = readFileSync(join(root, file), 'utf8');
    const names = pairs(text, /<linux-def:rpminfo_object id="([^"]+)"[^>]*>\s*<linux-def:name>([^<]+)</g);
    const tests = pairs(
      text,
      /<linux-def:rpminfo_test [^>]*?id="([^"]+)"[^>]*>\s*<linux-def:object object_ref="([^"]+)"\/>\s*<linux-def:state state_ref="([^"]+)"/g,
    );
    const states = pairs(
      text,
      /<linux-def:rpminfo_state id="([^"]+)"[^>]*>\s*<linux-def:evr [^>]*operation="([^"]+)">([^<]+)</g,
    );
    for (const [, id = '', body = ''] of text.matchAll(
      /<definition [^>]*id="([^"]+)"[^>]*>([\s\S]*?)<\/definition>/g,
    )) {
      records += 1;
      const refs = Array.from(body.matchAll(/test_ref="([^"]+)"/g), ([, ref = '']) => tests.get(ref) ?? []);
      const name = names.get(refs[0]?.[0] ?? '')?.[0] ?? '';
      const interval = Object.assign({}, ...refs.map(([, state = '']) => boundOf(states.get(state) ?? []))) as Interval;
      const isAffected = !body.includes('<patchable>Not Applicable<');
      const bounds = Object.values(interval).filter((bound): bound is string => bound !== undefined);
      // Twice a version is `null`, and once a list of three.
      if (bounds.some((bound) => /^null|,/.test(bound))) continue;
      const cve = /ref_id="(CVE-[^"]+)"/.exec(body)?.[1] ?? '';
      statements.push({
        source: 'azurelinux',
        record: id,
        ids: [cve],
        subject: { type: 'rpm', name, stream },
        // Epochs are left out here, and packages have them.
        affects: (version) => isAffected && isWithin(version.replace(/^\d+:/, ''), interval, rpmOrder),
        probes: ['0.0.1-1', ...bounds.flatMap((bound) => [bound, `${bound}~`, `${bound}.1`, `4:${bound}~`])],
      });
    }
  }
  return { statements, records, withdrawn: 0 };
}

function pairs(text: string, pattern: RegExp): Map<string, string[]> {
  return new Map(Array.from(text.matchAll(pattern), ([, id = '', ...rest]) => [id, rest]));
}

/** `0:` is written before every version, and the distribution behind one that has no release. */
function boundOf([operation = '', evr = '']: readonly string[]): Interval {
  const version = evr.replace(/^0:\s*/, '').trim();
  const bound = version.includes('-') ? version : version.replace(/\.(azl|cm)\d+$/, '');
  const key = keys[operation];
  if (!key) throw new Error(`no comparison is called "${operation}"`);
  return bound === '0.0.0' ? {} : { [key]: bound };
}
