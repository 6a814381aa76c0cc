/**
 * A large estate made from real inventories: `makeEstate(inventories, images, packages)` yields images as a scan would
 * find them. Operating-system packages come in the variants that a base goes through over the years, libraries by
 * popularity in many versions; so 50,000 images have a few hundred thousand distinct package versions, as real ones do.
 * `loadEstate` puts it into a store by the product's own functions, many images at a time. The same every time.
 */
import { hash } from 'node:crypto';
import { sql } from 'kysely';
import type { Package } from '../../src/model/package.ts';
import { packDetail } from '../../src/server/assessment/image-detail.ts';
import { componentRow, matchedRows } from '../../src/server/assessment/stored-rows.ts';
import { latestBuild } from '../../src/store/builds.ts';
import { findComponents } from '../../src/store/components.ts';
import { recordComponents } from '../../src/store/record-scan.ts';
import { recountSummaries } from '../../src/store/summaries.ts';
import type { Store } from '../../src/store/tables.ts';
import type { Inventory } from '../../src/vulnerability/assemble.ts';
import { componentsOf } from '../../src/vulnerability/component.ts';
import { openDatabase } from '../../src/vulnerability/database.ts';
import { createJudge } from '../../src/vulnerability/judge.ts';
import { isDistributionType } from '../../src/vulnerability/purl.ts';
import { versionSchemes } from '../../src/vulnerability/version-schemes/index.ts';

export interface EstateImage {
  readonly name: string;
  readonly digest: string;
  readonly os: string;
  readonly packages: readonly Package[];
}

export function* makeEstate(
  inventories: readonly Inventory[],
  images: number,
  packagesEach: number,
): Generator<EstateImage> {
  const bases = inventories.flatMap(({ os, packages }) => {
    const own = packages.filter(({ type }) => isDistributionType(type));
    return own.length > 0 ? [{ os: [os?.id, os?.version].filter(Boolean).join(' '), packages: own }] : [];
  });
  const libraries = inventories.flatMap(({ packages }) => packages.filter(({ type }) => !isDistributionType(type)));
  for (let at = 0; at < images; at += 1) {
    const random = randomNumbers(at + 1);
    const base = bases[at % bases.length] ?? { os: '', packages: [] };
    const variant = skewed(random, variantsOfBase);
    const chosen = new Map<string, Package>();
    for (const found of base.packages.slice(0, packagesEach)) {
      const isChanged = randomNumbers(variant * 1000 + chosen.size)(10) < 3;
      const other = isChanged ? withVersion(found, variant) : found;
      chosen.set(other.purl, other);
    }
    while (chosen.size < packagesEach) {
      const found = libraries[skewed(random, libraries.length)] as Package;
      const other = withVersion(found, skewed(random, versionsOfLibrary));
      chosen.set(other.purl, { ...other, owner: { kind: 'none' } });
    }
    const name = `registry.example/team-${at % 97}/app-${Math.floor(at / 20)}:1.${at % 20}`;
    yield { name, digest: `sha256:${hash('sha256', name)}`, os: base.os, packages: [...chosen.values()] };
  }
}

const variantsOfBase = 60;
const versionsOfLibrary = 150;

export interface LoadFigures {
  readonly components: number;
  readonly ms: number;
}

/** The build in force must be the database at `databasePath`. `onProgress` hears how many images are in. */
export async function loadEstate(
  store: Store,
  databasePath: string,
  estate: Iterable<EstateImage>,
  onProgress: (images: number) => void = () => {},
): Promise<LoadFigures> {
  const started = performance.now();
  const known = new Map<string, { readonly id: number; readonly purl: string }>();
  const database = openDatabase(databasePath);
  const build = (await latestBuild(store))?.id ?? 0;
  const details: Buffer[] = [];
  await sql`INSERT INTO registry (name, kind, host, settings, notification_secret)
    VALUES ('example', 'distribution', 'registry.example', '{}', '') ON CONFLICT DO NOTHING`.execute(store);
  let loaded = 0;
  for (const batch of batchesOf(estate, imagesAtOnce)) {
    const judge = createJudge(database, versionSchemes);
    const held = batch.map(({ packages }) => componentsOf(packages));
    const unseen = new Map<
      string,
      { readonly component: ReturnType<typeof componentsOf>[number]; readonly found: Package }
    >();
    held.forEach((components, at) => {
      components.forEach((component, place) => {
        const key = component.key.toString('hex');
        if (!known.has(key)) unseen.set(key, { component, found: batch[at]?.packages[place] as Package });
      });
    });
    const list = [...unseen.values()];
    const rows = matchedRows(
      list.map(({ component }) => component),
      database,
      judge,
    );
    const matched = rows.components.map(({ keys, candidates }, at) => {
      const { component, found } = list[at] as (typeof list)[number];
      return { ...componentRow(component, found), keys, candidates };
    });
    await recordComponents(store, matched, rows.flaws, { build, at: new Date('2026-01-01') });
    for (const [key, row] of await findComponents(
      store,
      matched.map(({ key }) => key),
    ))
      known.set(key, row);
    const components = held.map((all) =>
      all.map((one) => ({ ...(known.get(one.key.toString('hex')) as { id: number; purl: string }), facts: one.facts })),
    );
    batch.forEach(({ packages, name }, at) => {
      // Packing takes a while, and sizes repeat: the first ones stand for all.
      if (details.length >= distinctDetails) return;
      const image = { reference: name, kind: 'image', layers: [] } as const;
      details.push(packDetail({ image, inventory: { os: undefined, packages, problems: [] } }, components[at] ?? []));
    });
    await insertImages(
      store,
      batch,
      components.map((all) => [...new Set(all.map(({ id }) => id))].sort((a, b) => a - b)),
      details,
      loaded,
    );
    loaded += batch.length;
    onProgress(loaded);
  }
  database.close();
  await sql`ANALYZE`.execute(store);
  return { components: known.size, ms: performance.now() - started };
}

const imagesAtOnce = 250;
const distinctDetails = 2_000;

async function insertImages(
  store: Store,
  batch: readonly EstateImage[],
  components: readonly (readonly number[])[],
  details: readonly Buffer[],
  loaded: number,
): Promise<void> {
  await store.transaction().execute(async (transaction) => {
    const { rows } = await sql<{
      id: number;
    }>`INSERT INTO image (digest, name, platform, os, state, packages, scanned, pushed)
      SELECT digest, name, 'linux/amd64', os, 'scanned', packages, now(), now() - random() * interval '300 days' FROM unnest(
        ${batch.map(({ digest }) => digest)}::text[], ${batch.map(({ name }) => name)}::text[],
        ${batch.map(({ os }) => os)}::text[], ${batch.map(({ packages }) => packages.length)}::integer[]
      ) AS i (digest, name, os, packages) RETURNING id`.execute(transaction);
    const ids = rows.map(({ id }) => id);
    await sql`INSERT INTO image_components (image, components) SELECT image, components::integer[] FROM unnest(
      ${ids}::integer[], ${components.map((list) => `{${list.join()}}`)}::text[]) AS c (image, components)`.execute(
      transaction,
    );
    const packed = ids.map((_id, at) => details[(loaded + at) % details.length] as Buffer);
    await sql`INSERT INTO image_detail (image, detail) SELECT * FROM unnest(${ids}::integer[], ${packed}::bytea[])`.execute(
      transaction,
    );
    const repositories = batch.map(({ name }) => name.slice(name.indexOf('/') + 1, name.lastIndexOf(':')));
    const tags = batch.map(({ name }) => name.slice(name.lastIndexOf(':') + 1));
    const registry = sql`(SELECT id FROM registry WHERE name = 'example')`;
    await sql`INSERT INTO repository (registry, name) SELECT DISTINCT ${registry}, name FROM unnest(${repositories}::text[]) AS r (name)
      ON CONFLICT DO NOTHING`.execute(transaction);
    const placed = sql`unnest(${ids}::integer[], ${repositories}::text[], ${tags}::text[]) AS p (image, repository, tag)
      JOIN repository ON repository.registry = ${registry} AND repository.name = p.repository`;
    await sql`INSERT INTO placement (repository, image, pushed) SELECT repository.id, p.image, now() FROM ${placed}`.execute(
      transaction,
    );
    await sql`INSERT INTO tag (repository, name, image) SELECT repository.id, p.tag, p.image FROM ${placed}`.execute(
      transaction,
    );
    await recountSummaries(transaction, ids);
  });
}

/** The same package in another version: the last number of it changed, as package URL and source say it. */
function withVersion(found: Package, other: number): Package {
  if (other === 0) return found;
  const changed = (version: string) =>
    version.replace(/\d+(?=\D*$)/, (digits) => String((Number(digits) + other) % 1000));
  const version = changed(found.version);
  const purl = found.purl.replace(encodeVersion(found.version), encodeVersion(version));
  const source = found.source && { name: found.source.name, version: changed(found.source.version) };
  return {
    ...found,
    version,
    purl,
    id: hash('sha256', purl + found.locations[0]?.path).slice(0, 16),
    ...(source && { source }),
  };
}

function encodeVersion(version: string): string {
  return encodeURIComponent(version).replaceAll('%3A', ':');
}

function* batchesOf<T>(items: Iterable<T>, size: number): Generator<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Small numbers far more often than large ones. */
function skewed(random: (below: number) => number, below: number): number {
  return Math.floor(below * (random(1_000_000) / 1_000_000) ** 3);
}

/** A linear congruential generator (the constants of Numerical Recipes). */
function randomNumbers(seed: number): (below: number) => number {
  let state = Math.imul(seed, 2654435761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
