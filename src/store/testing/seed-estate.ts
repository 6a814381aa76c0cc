import { sql } from 'kysely';
import type { Store } from '../tables.ts';

export interface EstateSize {
  readonly images: number;
  readonly packagesPerImage: number;
  /** Package versions in all; some of them in most images, most of them in few. */
  readonly components: number;
  readonly flaws: number;
  readonly repositories: number;
}

export const smallEstate: EstateSize = {
  images: 60,
  packagesPerImage: 24,
  components: 240,
  flaws: 90,
  repositories: 9,
};

/**
 * Rows of an estate straight into the tables, the same for the same size: images on common bases with packages of their
 * own, in three registries. Findings of an image are whatever its components have.
 */
export async function seedEstate(store: Store, size: EstateSize): Promise<void> {
  const { images, packagesPerImage, components, flaws, repositories } = size;
  const ofBase = Math.floor(packagesPerImage / 3);
  const bases = Math.max(2, Math.floor(components / (ofBase * 16)));
  await store.transaction().execute(async (transaction) => {
    const run = (statement: ReturnType<typeof sql>) => statement.execute(transaction);
    await run(sql`SELECT setseed(0.42)`);
    await run(sql`INSERT INTO build (digest, built, installed_by)
      VALUES ('sha256:' || repeat('b', 64), now() - interval '3 hours', 'seed')`);
    await run(sql`INSERT INTO registry (name, kind, host, settings, notification_secret)
      SELECT name, 'distribution', name || '.example', '{}', '' FROM unnest(ARRAY['alpha', 'beta', 'gamma']) AS name`);
    await run(sql`INSERT INTO repository (registry, name)
      SELECT 1 + n % 3, 'team-' || n % 7 || '/app-' || n FROM generate_series(0, ${repositories - 1}::int) AS n`);
    await run(sql`INSERT INTO flaw (name, aliases, title, cvss, epss, epss_percentile, exploited, exploits, published, facts, hash)
      SELECT 'CVE-' || 2019 + n % 7 || '-' || 10000 + n,
        CASE WHEN n % 4 = 0 THEN ARRAY['GHSA-' || lpad(n::text, 4, 'x') || '-aaaa-bbbb'] ELSE '{}' END,
        CASE WHEN n % 5 > 0 THEN (ARRAY['Heap overflow', 'Use after free', 'Path traversal', 'Denial of service'])[1 + n % 4] || ' in parser ' || n END,
        round((2 + random() * 8)::numeric, 1), power(random(), 6), random(),
        CASE WHEN n % 40 = 0 THEN date '2024-01-01' + n % 300 END, n % 3, date '2023-01-01' + n % 700,
        jsonb_build_object('references', jsonb_build_array('https://example.org/' || n), 'cwe', '[]'::jsonb, 'cvss', '[]'::jsonb), ''
      FROM generate_series(1, ${flaws}::int) AS n`);
    // Components of a base lie together, sixteen bases of one distribution after the other; the rest is shared by popularity.
    await run(sql`INSERT INTO component (key, type, name, software, version, stream, purl, facts, build)
      SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), type, 'lib' || subject || suffix, 'lib' || subject, version, stream,
        'pkg:' || type || '/lib' || subject || suffix || '@' || version, '', 1
      FROM generate_series(1, ${components}::int) AS n,
        LATERAL (SELECT n <= ${bases * ofBase}::int AS base, (n - 1) / ${ofBase}::int AS b, (n - 1) % ${ofBase}::int AS p) AS place,
        LATERAL (SELECT CASE WHEN base THEN 'deb' ELSE (ARRAY['npm', 'pypi', 'golang', 'maven'])[1 + n / 10 % 4] END AS type,
          CASE WHEN base THEN 'debian:' || 11 + b / 16 % 3 END AS stream,
          CASE WHEN base THEN b / 16 * 1000 + p / 2 ELSE 100000 + n / 10 END AS subject,
          CASE WHEN base AND p % 2 = 1 THEN '-dev' ELSE '' END AS suffix,
          '1.' || CASE WHEN base THEN b % 16 ELSE n % 10 END || '.0' AS version) AS described`);
    await run(sql`INSERT INTO candidate (component, flaw, severity, severity_source, status, fixed, upgrade_to, risk, since, cause, build)
      SELECT DISTINCT ON (id, flaw) id, flaw, severity, 'nvd', CASE WHEN fixable THEN 0 ELSE 1 + flaw % 3 END,
        CASE WHEN fixable THEN ARRAY['1.' || k + 4 || '.1'] ELSE '{}' END, CASE WHEN fixable THEN '1.20.1' END,
        round((CASE WHEN flaw % 40 = 0 THEN 60 ELSE 0 END + (5 - severity) * 6 + flaw % 97 / 10.0)::numeric, 1), 
        CASE WHEN flaw % 6 = 0 THEN now() - flaw % 40 * interval '11 hours' ELSE now() - interval '60 days' END,
        CASE WHEN flaw % 6 = 0 THEN 'advisory' ELSE 'scan' END, 1
      FROM component, LATERAL (SELECT hashtext(software || coalesce(stream, '')) & 1048575 AS h, split_part(version, '.', 2)::int AS minor) AS hashed,
        generate_series(0, CASE WHEN h % 3 = 0 THEN h % 16 ELSE -1 END) AS k,
        LATERAL (SELECT (h + k * 977) % ${flaws}::int + 1 AS flaw) AS chosen,
        LATERAL (SELECT flaw % 4 > 0 AS fixable, (ARRAY[0, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 4, 5])[1 + flaw % 14] AS severity) AS judged
      WHERE k + 3 >= minor`);
    await run(sql`INSERT INTO image (digest, name, platform, os, end_of_life, state, packages, problems, first_seen, pushed, scanned, failure)
      SELECT 'sha256:' || encode(sha256(n::text::bytea), 'hex'), '', 'linux/amd64', (ARRAY['debian 11', 'debian 12', 'alpine 3.18'])[1 + n % 3],
        n % 3 = 0, state, ${packagesPerImage}::int, CASE WHEN n % 11 = 0 THEN 2 ELSE 0 END, pushed, pushed,
        CASE WHEN state = 'scanned' THEN pushed + interval '4 seconds' END,
        CASE WHEN state = 'failed' THEN '{"code": "ARCHIVE_CORRUPT", "message": "Layer 2 is cut short."}'::jsonb END
      FROM generate_series(1, ${images}::int) AS n,
        LATERAL (SELECT CASE WHEN n % 50 = 49 THEN 'failed' WHEN n % 50 = 48 THEN 'queued' ELSE 'scanned' END AS state,
          now() - n * interval '10 minutes' AS pushed) AS described`);
    await run(sql`INSERT INTO placement (repository, image, first_seen, pushed)
      SELECT 1 + id % ${repositories}::int, id, first_seen, pushed FROM image
      UNION SELECT 1 + (id + 1) % ${repositories}::int, id, first_seen, pushed FROM image WHERE id % 10 = 0`);
    await run(sql`INSERT INTO tag (repository, name, image, since)
      SELECT repository, '1.' || image, image, pushed FROM placement WHERE image % 13 > 0
      UNION ALL SELECT DISTINCT ON (repository) repository, 'latest', image, pushed FROM placement`);
    await run(sql`UPDATE image SET name = host || '/' || repository.name || coalesce(':' || tag.name, '@' || digest)
      FROM placement JOIN repository ON repository.id = repository JOIN registry ON registry.id = registry
        LEFT JOIN tag ON tag.repository = placement.repository AND tag.image = placement.image AND tag.name <> 'latest'
      WHERE placement.image = image.id AND placement.repository = 1 + image.id % ${repositories}::int`);
    await run(sql`UPDATE image SET words = places FROM (
        SELECT placement.image, string_agg(host || '/' || repository.name || coalesce(':' || tag.name, ''), ' ') AS places
        FROM placement JOIN repository ON repository.id = repository JOIN registry ON registry.id = registry
          LEFT JOIN tag ON tag.repository = placement.repository AND tag.image = placement.image GROUP BY 1) AS found
      WHERE found.image = image.id`);
    await run(sql`INSERT INTO image_components (image, components)
      SELECT id, array_agg(DISTINCT component ORDER BY component) FROM (
        SELECT id, (id % ${bases}::int) * ${ofBase}::int + p AS component FROM image, generate_series(1, ${ofBase}::int) AS p WHERE state = 'scanned'
        UNION ALL SELECT id, 1 + ${bases * ofBase}::int + floor(${components - bases * ofBase}::int * power(random(), 3))::int
          FROM image, generate_series(1, ${packagesPerImage - ofBase}::int) WHERE state = 'scanned') AS chosen GROUP BY id`);
  });
  await sql`ANALYZE`.execute(store);
  await countSummaries(store);
}

/** What signed differences would have led to. */
export async function countSummaries(store: Store): Promise<void> {
  await sql`INSERT INTO image_summary (image, critical, high, medium, low, negligible, unknown, fixable, exploited, risk)
    SELECT image, count(*) FILTER (WHERE severity = 0), count(*) FILTER (WHERE severity = 1), count(*) FILTER (WHERE severity = 2),
      count(*) FILTER (WHERE severity = 3), count(*) FILTER (WHERE severity = 4), count(*) FILTER (WHERE severity = 5),
      count(*) FILTER (WHERE status = 0), count(*) FILTER (WHERE flaw.exploited IS NOT NULL), max(risk)
    FROM image_components, unnest(components) AS component JOIN candidate USING (component) JOIN flaw ON flaw.id = flaw
    WHERE NOT EXISTS (SELECT FROM excepted WHERE excepted.image = image_components.image
      AND excepted.component = candidate.component AND excepted.flaw = candidate.flaw)
    GROUP BY image
    ON CONFLICT (image) DO UPDATE SET critical = excluded.critical, high = excluded.high, medium = excluded.medium, low = excluded.low,
      negligible = excluded.negligible, unknown = excluded.unknown, fixable = excluded.fixable, exploited = excluded.exploited, risk = excluded.risk`.execute(
    store,
  );
  await sql`ANALYZE image_summary`.execute(store);
}
