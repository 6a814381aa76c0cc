import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import * as z from 'zod';
import { packageFile } from '../../lib/beside.ts';
import type { Finding } from '../../model/finding.ts';
import type { Package } from '../../model/package.ts';
import type { ScannedImage } from '../../model/report.ts';
import type { Inventory } from '../../vulnerability/assemble.ts';
import type { Judge } from '../../vulnerability/judge.ts';
import { isDistributionType } from '../../vulnerability/purl.ts';
import { readInventoryDocument } from '../../vulnerability/sbom/read-sbom-file.ts';
import type { DemoRepository } from './estate.data.ts';

export type DemoBases = ReadonlyMap<string, { readonly image: ScannedImage; readonly inventory: Inventory }>;

const maxBytes = 64 * 1024 * 1024;

/** The package lists of real images that come along; beside `src` and beside `dist` alike. */
export function readDemoBases(): DemoBases {
  const packed = readFileSync(packageFile('data/demo.json.zst'));
  const text = zstdDecompressSync(packed, { maxOutputLength: maxBytes }).toString('utf8');
  const documents = z.record(z.string(), z.looseObject({})).parse(JSON.parse(text));
  return new Map(
    Object.entries(documents).map(([id, document]) => [id, readInventoryDocument(JSON.stringify(document), id)]),
  );
}

/** What an image of a repository holds in its first release: the base's own packages and a choice of the others. */
export function firstRelease(
  { registry, name, packages }: DemoRepository,
  { packages: all, ...rest }: Inventory,
): Inventory {
  const own = all.filter(({ type }) => isDistributionType(type));
  const chosen = all
    .filter(({ type }) => !isDistributionType(type))
    .map((found) => ({ found, order: shareOf(`${registry}/${name} ${found.purl}`) }))
    .sort((a, b) => a.order - b.order)
    .slice(0, Math.max(0, packages - own.length))
    .map(({ found }) => found);
  const kept = new Set([...own, ...chosen]);
  return { ...rest, packages: all.filter((found) => kept.has(found)) };
}

/** The next release: of what could be upgraded, a share was. */
export function nextRelease(before: Inventory, judge: Judge, care: number, name: string): Inventory {
  const targets = upgradesOf(judge(before.packages, before.os).findings);
  const packages = before.packages.map((found) => {
    const to = targets.get(found.id);
    return to !== undefined && shareOf(`${name} ${found.purl}`) < care ? upgraded(found, to) : found;
  });
  return { ...before, packages };
}

/** A digest that is nobody's, and the same in every demonstration. */
export function demoDigest(text: string): string {
  return `sha256:${createHash('sha256').update(`demo ${text}`).digest('hex')}`;
}

function upgradesOf(findings: readonly Finding[]): ReadonlyMap<string, string> {
  return new Map(findings.flatMap(({ package: id, upgradeTo }) => (upgradeTo ? [[id, upgradeTo] as const] : [])));
}

function upgraded(found: Package, version: string): Package {
  const purl = found.purl.replace(/@[^?#]*/, `@${encodeURIComponent(version)}`);
  const source = found.source && { ...found.source, version };
  return { ...found, version, purl, ...(source && { source }) };
}

/** 0 to 1, the same for the same text. */
function shareOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}
