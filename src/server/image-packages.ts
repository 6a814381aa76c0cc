import { sql } from 'kysely';
import { packageLabel } from '../output/package-label.ts';
import { type Order, type Page, type PageRequest, readCursor, writeCursor } from '../store/read/page.ts';
import type { ComponentFinding } from '../store/read/stored-image.ts';
import type { DetailedImage } from './assessment/image-detail.ts';
import type { ImagePackage } from './contract/images.ts';
import { countFindings, toPlace } from './scanned-image.ts';

/** By place in the list, which stays as it is until the next scan. */
const order: Order = { name: 'packages', direction: 'asc', keys: [{ by: sql`place`, type: 'integer' }] };

/** A page of an image's packages, by name. */
export function packagePage(
  scanned: DetailedImage | undefined,
  findings: readonly ComponentFinding[],
  { q, limit, cursor }: PageRequest & { readonly q?: string | undefined },
): Page<ImagePackage> {
  const packages = scanned?.inventory.packages ?? [];
  const perComponent = Map.groupBy(findings, ({ component }) => component);
  const labels = new Map(packages.map((found) => [found.id, `${found.name} ${found.version}`]));
  const part = q?.trim().toLowerCase() ?? '';
  const matching = packages
    .map((found, at) => ({ found, name: packageLabel(found), component: scanned?.components[at] ?? 0 }))
    .filter(
      ({ found, name }) =>
        part === '' || isNamed(part, [name, found.version, ...found.locations.map(({ path }) => path)]),
    )
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.found.id < b.found.id ? -1 : 1));
  const from = cursor === undefined ? 0 : Number(readCursor(cursor, order)[0]);
  const shown = matching.slice(from, from + limit);
  return {
    items: shown.map(({ found, name, component }) => ({
      id: found.id,
      purl: found.purl,
      name,
      version: found.version,
      type: found.type,
      ...(found.source && { source: { name: found.source.name, version: found.source.version } }),
      licenses: [...(found.licenses ?? [])],
      locations: found.locations.map(toPlace),
      evidence: found.evidence,
      ...(found.owner.kind === 'os-package' && { owner: labels.get(found.owner.id) ?? found.owner.id }),
      counts: countFindings(perComponent.get(component) ?? []),
    })),
    ...(from + limit < matching.length && { next: writeCursor(order, [String(from + limit)]) }),
    total: matching.length,
  };
}

function isNamed(part: string, texts: readonly string[]): boolean {
  return texts.some((text) => text.toLowerCase().includes(part));
}
