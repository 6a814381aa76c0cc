import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import * as z from 'zod';
import { AppError } from '../../lib/errors.ts';
import type { OsRelease } from '../../model/os-release.ts';
import type { Evidence, Location, Owner, Package } from '../../model/package.ts';
import type { Problem } from '../../model/problem.ts';
import type { ScannedImage } from '../../model/report.ts';
import type { Inventory } from '../../vulnerability/assemble.ts';
import { packagesOfComponent } from '../../vulnerability/component.ts';
import { packageId } from '../../vulnerability/identify.ts';

/** What a stored component tells of the packages that it stands for. */
export interface DetailComponent {
  readonly id: number;
  readonly purl: string;
  /** Canonical JSON, see `component.ts`. */
  readonly facts: string;
}

/** An image as it was scanned. */
export interface DetailedImage {
  readonly image: ScannedImage;
  readonly inventory: Inventory;
  /** Row of `component` of each package, in the same order. */
  readonly components: readonly number[];
}

/**
 * What is kept of a scan besides its components: where each package lies, who owns it, and what else no finding depends
 * on. Column by column, because fifty thousand of these are kept and neighbours that look alike take no room.
 */
export function packDetail(
  { image, inventory }: Omit<DetailedImage, 'components'>,
  of: readonly DetailComponent[],
): Buffer {
  const { packages, os, problems } = inventory;
  const places = new Map(packages.map(({ id }, at) => [id, at]));
  const layers = new Map(image.layers.map(({ diffID }, at) => [diffID, at]));
  const column = <T>(value: (found: Package, at: number) => T) => packages.map(value);
  const detail: StoredDetail = {
    form: 1,
    image,
    ...(os && { os }),
    problems: [...problems],
    component: of.map(({ id }) => id),
    purl: column(({ purl }, at) => (purl === of[at]?.purl ? 0 : purl)),
    path: column(({ locations }) => locations.map(({ path }) => path)),
    layer: column(({ locations }) =>
      locations.map(({ layer }) => (layer === undefined ? -1 : (layers.get(layer) ?? layer))),
    ),
    id: column(({ id, purl, locations }) => (id === packageId(purl, locations[0]?.path ?? '') ? 0 : id)),
    owner: column(({ owner }) => storedOwner(owner, places)),
    evidence: column(({ evidence }) => evidences.indexOf(evidence)),
    more: column(storedMore),
  };
  return zstdCompressSync(JSON.stringify(detail), { params: { [constants.ZSTD_c_compressionLevel]: 9 } });
}

/** The scan as it was. `componentOf` knows every component of the image. */
export function unpackDetail(packed: Uint8Array, componentOf: (id: number) => DetailComponent): DetailedImage {
  const detail = parseDetail(packed, storedDetail);
  const ids = detail.component.map((component, at) => {
    const purl = detail.purl[at] || componentOf(component).purl;
    return detail.id[at] || packageId(purl, detail.path[at]?.[0] ?? '');
  });
  const packages = detail.component.map((component, at): Package => {
    const { purl, facts } = componentOf(component);
    const id = ids[at] as string;
    const [found] = packagesOfComponent(facts, detail.purl[at] || purl, id) as [Package];
    return {
      ...found,
      evidence: evidences[detail.evidence[at] ?? 0] as Evidence,
      locations: locationsOf(detail.path[at], detail.layer[at], detail.image),
      owner: loadedOwner(detail.owner[at] ?? 0, ids),
      ...(detail.more[at] || {}),
    };
  });
  const { image, os, problems } = detail as { image: ScannedImage; os?: OsRelease; problems: readonly Problem[] };
  return { image, inventory: { os, packages, problems }, components: detail.component };
}

/** Where some components lie, once for each package that stands for one: without the rest of the scan. */
export function unpackPlaces(
  packed: Uint8Array,
  wanted: ReadonlySet<number>,
): readonly { readonly component: number; readonly locations: readonly Location[] }[] {
  const { component, path, layer, image } = parseDetail(packed, storedPlaces);
  return component.flatMap((id, at) =>
    wanted.has(id) ? [{ component: id, locations: locationsOf(path[at], layer[at], image) }] : [],
  );
}

const evidences: readonly Evidence[] = ['installed-database', 'installed-metadata', 'binary', 'lock-file', 'sbom'];
const maxUnpackedBytes = 256 * 1024 * 1024;

/** An owner: none, unknown, or the place of a package in the list (its id, where the list lacks it). */
type StoredOwner = 0 | 1 | readonly [of: number | string, thirdParty: 0 | 1];
const kept = ['vendor', 'qualifiers', 'licenses', 'development'] as const;

const storedDetail = z.object({
  form: z.literal(1),
  image: z.custom<ScannedImage>(
    (value) => z.object({ reference: z.string(), layers: z.array(z.unknown()) }).safeParse(value).success,
  ),
  os: z.custom<OsRelease>((value) => typeof value === 'object' && value !== null).optional(),
  problems: z.array(z.object({ code: z.string(), where: z.string(), message: z.string() })),
  component: z.array(z.int()),
  purl: z.array(z.union([z.literal(0), z.string()])),
  path: z.array(z.array(z.string())),
  layer: z.array(z.array(z.union([z.int(), z.string()]))),
  id: z.array(z.union([z.literal(0), z.string()])),
  owner: z.array(
    z.union([
      z.literal(0),
      z.literal(1),
      z.tuple([z.union([z.int(), z.string()]), z.union([z.literal(0), z.literal(1)])]),
    ]),
  ),
  evidence: z.array(z.int().min(0).max(4)),
  more: z.array(
    z.union([
      z.literal(0),
      z.object({
        vendor: z.string().optional(),
        qualifiers: z.record(z.string(), z.string()).optional(),
        licenses: z.array(z.string()).optional(),
        development: z.boolean().optional(),
      }),
    ]),
  ),
});
type StoredDetail = z.infer<typeof storedDetail>;
const storedPlaces = storedDetail.pick({ image: true, component: true, path: true, layer: true });

function parseDetail<Detail>(packed: Uint8Array, form: z.ZodType<Detail>): Detail {
  try {
    return form.parse(JSON.parse(zstdDecompressSync(packed, { maxOutputLength: maxUnpackedBytes }).toString('utf8')));
  } catch (cause) {
    throw new AppError('FILE_INVALID', 'The stored packages of this image cannot be read; scan it again.', { cause });
  }
}

function storedOwner(owner: Owner, places: ReadonlyMap<string, number>): StoredDetail['owner'][number] {
  if (owner.kind === 'none') return 0;
  return owner.kind === 'unknown' ? 1 : [places.get(owner.id) ?? owner.id, owner.thirdParty ? 1 : 0];
}

function loadedOwner(stored: StoredOwner, ids: readonly string[]): Owner {
  if (stored === 0) return { kind: 'none' };
  if (stored === 1) return { kind: 'unknown' };
  const [of, thirdParty] = stored;
  return { kind: 'os-package', id: typeof of === 'number' ? (ids[of] ?? '') : of, thirdParty: thirdParty === 1 };
}

function storedMore(found: Package): StoredDetail['more'][number] {
  const more = kept.flatMap((field) => (found[field] === undefined ? [] : [[field, found[field]]]));
  return more.length > 0 ? Object.fromEntries(more) : 0;
}

function locationsOf(
  paths: readonly string[] = [],
  layers: readonly (number | string)[] = [],
  image: ScannedImage,
): readonly Location[] {
  return paths.map((path, at) => {
    const layer = layers[at] ?? -1;
    const diffID = typeof layer === 'string' ? layer : image.layers[layer]?.diffID;
    return { path, ...(diffID && { layer: diffID }) };
  });
}
