import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { type Assessment, type MadeDatabase, makeDatabase, openAssessment } from '../../../test/support/assessment.ts';
import { apk, flaw, npm } from '../../../test/support/judge.ts';
import type { Advisory, VersionRange } from '../../model/advisory.ts';
import type { PackageDraft } from '../../model/package.ts';
import { severities } from '../../model/severity.ts';
import { checkSummaries } from '../../store/summaries.ts';
import type { Store } from '../../store/tables.ts';
import type { CveFacts } from '../../vulnerability/enrichment.ts';
import type { FeedStream } from '../../vulnerability/feed.ts';
import { createJudge } from '../../vulnerability/judge.ts';
import { versionSchemes } from '../../vulnerability/version-schemes/index.ts';
import { type Installed, installDatabase } from './rematch.ts';
import { matchedRows, unpackFacts } from './stored-rows.ts';

const feeds = { npm: [flaw('CVE-2021-0001', 'npm', 'left', { fixed: '2.0.0' }, { severity: 'high' })] };
let made = 0;

async function install(opened: Assessment, database: MadeDatabase, full = false): Promise<Installed | undefined> {
  made += 1;
  const after = join(opened.directory, `${made}.db`);
  makeDatabase(after, database);
  const { path: before, build: expected } = opened.recorder.vulnerabilities.current();
  const installation = { ...(!full && { before }), expected, after, digest: `sha256:${made}`, installedBy: 'test' };
  const installed = await installDatabase(opened.store, installation);
  if (installed) opened.use(installed.build, after);
  return installed;
}

test('a new advisory reaches every image that has the package, and is told with its figures', async () => {
  await using opened = await openAssessment({ feeds });
  const images = [await opened.addImage('a'), await opened.addImage('b'), await opened.addImage('c')];
  for (const image of images.slice(0, 2)) await opened.scan(image, [npm('left', '1.0.0'), npm('right', '1.0.0')]);
  await opened.scan(images[2] as number, [npm('other', '1.0.0')]);

  const more = [...feeds.npm, flaw('CVE-2022-0002', 'npm', 'right', { introduced: '1.0.0' }, { severity: 'critical' })];
  const installed = await install(opened, { feeds: { npm: more } });
  const { took: _took, build: _build, ...figures } = installed as Installed;
  const told = { imagesChanged: 2, appeared: 2, went: 0 };
  assert.deepEqual(figures, { keysChanged: 1, packagesRematched: 1, packagesUnreadable: 0, ...told });
  assert.deepEqual(await stands(opened.store), ['left CVE-2021-0001 scan', 'right CVE-2022-0002 advisory']);
  assert.deepEqual(await criticals(opened.store), [1, 1, 0]);

  const taken = await install(opened, { feeds: { npm: more.slice(1) } });
  assert.deepEqual([taken?.appeared, taken?.went], [0, 2]);
  const past = await sql`SELECT severity, cause, build FROM candidate_past`.execute(opened.store);
  assert.deepEqual(past.rows, [{ severity: 1, cause: 'scan', build: taken?.build }]);
});

test('enrichment moves risk without matching anything again', async () => {
  await using opened = await openAssessment({ feeds });
  const image = await opened.addImage('a');
  await opened.scan(image, [npm('left', '1.0.0')]);
  const facts = [
    { cve: 'CVE-2021-0001', epss: { score: 0.9, percentile: 1 }, kev: { added: '2024-01-01', ransomware: false } },
  ];
  const installed = await install(opened, { feeds, facts });
  assert.deepEqual([installed?.packagesRematched, installed?.imagesChanged], [0, 1]);
  const [row] = await opened.store.selectFrom('image_summary').selectAll().execute();
  assert.deepEqual([row?.exploited, row?.risk], [1, 77]);

  assert.deepEqual((await install(opened, { feeds }))?.imagesChanged, 1);
  assert.deepEqual(await checkSummaries(opened.store, false), []);
});

test('a flaw that gets its CVE is no news', async () => {
  const ghsa = flaw('GHSA-left', 'npm', 'left', { fixed: '2.0.0' });
  await using opened = await openAssessment({ feeds: { npm: [ghsa] } });
  await opened.scan(await opened.addImage('a'), [npm('left', '1.0.0')]);
  const before = await opened.store.selectFrom('candidate').select('since').executeTakeFirst();
  await install(opened, { feeds: { npm: [{ ...ghsa, aliases: ['CVE-2024-1111'] }] } });

  assert.deepEqual(await stands(opened.store), ['left CVE-2024-1111 scan']);
  assert.deepEqual(await opened.store.selectFrom('candidate').select('since').executeTakeFirst(), before);
});

test('who comes second installs nothing, and what fails on the way leaves nothing', async () => {
  await using opened = await openAssessment({ feeds });
  await opened.scan(await opened.addImage('a'), [npm('left', '1.0.0')]);
  const { path, build } = opened.recorder.vulnerabilities.current();
  const installation = { before: path, after: path, digest: 'x', installedBy: 'test' };
  assert.equal(await installDatabase(opened.store, { ...installation, expected: build - 1 }), undefined);

  const failing = installDatabase(opened.store, { ...installation, expected: build }, () =>
    Promise.reject(new Error('killed')),
  );
  await assert.rejects(failing, /killed/);
  assert.equal((await opened.store.selectFrom('build').select('id').execute()).length, 1);
});

test('scans that are recorded while a database is put in force are judged by it in the end', async () => {
  await using opened = await openAssessment({ feeds });
  const images = await Promise.all(Array.from({ length: 12 }, (_one, at) => opened.addImage(`app-${at}`)));
  const more = [...feeds.npm, flaw('CVE-2022-0002', 'npm', 'right', {}), flaw('CVE-2022-0003', 'npm', 'left', {})];
  const scans = images.map((image, at) => opened.scan(image, [npm('left', `1.0.${at}`), npm('right', '1.0.0')]));
  await Promise.all([install(opened, { feeds: { npm: more } }), ...scans]);
  assert.deepEqual(await standing(opened.store), await expected(opened));
  assert.equal((await standing(opened.store)).length, 25);
  assert.deepEqual(await checkSummaries(opened.store, false), []);
});

/** How often; the fuzz run asks for more. */
const numRuns = Number(process.env.BREAKWATER_PROPERTY_RUNS ?? 4);

const names = ['left', 'right', 'base'];
const cves = ['CVE-2020-0001', 'CVE-2020-0002', 'CVE-2020-0003'];
const others = ['GHSA-aaaa', 'GHSA-bbbb', 'ALPINE-1'];
const versions = ['1', '2', '3', '4'];
const someVersion = fc.constantFrom(...versions);
const advisory: fc.Arbitrary<Advisory> = fc.record(
  {
    id: fc.constantFrom(...cves, ...others),
    aliases: fc.subarray(others, { maxLength: 1 }),
    severity: fc.constantFrom(...severities),
    title: fc.constantFrom('a', 'b'),
    cvss: fc.constantFrom(
      [],
      ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
      ['CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N'],
    ),
    affected: fc.array(
      fc.record(
        {
          stream: fc.constantFrom('npm', 'pypi', 'alpine:3.18'),
          name: fc.constantFrom(...names),
          ranges: fc.constantFrom<VersionRange[]>(
            [{}],
            [{ introduced: '1' }],
            [{ fixed: '3' }],
            [{ introduced: '2', fixed: '4' }],
          ),
          status: fc.constantFrom('affected' as const, 'not-affected' as const, 'will-not-fix' as const),
        },
        { requiredKeys: ['stream', 'name', 'ranges'] },
      ),
      { minLength: 1, maxLength: 2 },
    ),
  },
  { requiredKeys: ['id', 'aliases', 'affected'] },
);
const facts: fc.Arbitrary<CveFacts> = fc.record(
  {
    cve: fc.constantFrom(...cves),
    epss: fc.record({ score: fc.constantFrom(0.001, 0.02, 0.06, 0.3, 0.9), percentile: fc.constantFrom(0.1, 0.9) }),
    kev: fc.record({ added: fc.constantFrom('2024-01-01', '2025-01-01'), ransomware: fc.boolean() }),
    exploits: fc.record({ github: fc.nat(5) }),
  },
  { requiredKeys: ['cve'] },
);
const streams: readonly FeedStream[] = [
  { id: 'npm', scheme: 'npm', level: 'full' },
  { id: 'pypi', scheme: 'pep440', level: 'full' },
  { id: 'alpine:3.18', scheme: 'apk', level: 'full' },
];
const database: fc.Arbitrary<EditedDatabase> = fc.record({
  advisories: fc.array(advisory, { minLength: 4, maxLength: 8 }),
  facts: fc.uniqueArray(facts, { selector: ({ cve }) => cve, maxLength: 3 }),
  streams: fc.constant(streams),
});

interface EditedDatabase {
  readonly advisories: readonly Advisory[];
  readonly facts: readonly CveFacts[];
  readonly streams: readonly FeedStream[];
}
type Edit = (before: EditedDatabase) => EditedDatabase;

/** One advisory is told otherwise. */
const change = (field: keyof Advisory, values: fc.Arbitrary<unknown>): fc.Arbitrary<Edit> =>
  fc.tuple(fc.nat(7), values).map(([at, value]) => (before) => ({
    ...before,
    advisories: before.advisories.map((one, place) => (place === at ? { ...one, [field]: value } : one)),
  }));
const edit: fc.Arbitrary<Edit> = fc.oneof(
  change('severity', fc.constantFrom(...severities)),
  change('cvss', fc.constantFrom([], ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'])),
  change('aliases', fc.subarray(others, { maxLength: 2 })),
  change('title', fc.constantFrom('a', 'b', undefined)),
  change('withdrawn', fc.constantFrom('2026-01-01', undefined)),
  change(
    'affected',
    advisory.map(({ affected }) => affected),
  ),
  advisory.map(
    (added): Edit =>
      (before) => ({ ...before, advisories: [...before.advisories, added] }),
  ),
  fc.nat(7).map(
    (at): Edit =>
      (before) => ({ ...before, advisories: before.advisories.toSpliced(at, 1) }),
  ),
  facts.map(
    (told): Edit =>
      (before) => ({
        ...before,
        facts: [...before.facts.filter(({ cve }) => cve !== told.cve), told],
      }),
  ),
  fc.tuple(fc.nat(2), fc.constantFrom('source' as const, 'binary' as const)).map(
    ([at, called]): Edit =>
      (before) => ({
        ...before,
        streams: before.streams.map((one, place) => (place === at ? { ...one, names: called } : one)),
      }),
  ),
  fc.nat(2).map(
    (at): Edit =>
      (before) => ({ ...before, streams: before.streams.toSpliced(at, 1) }),
  ),
);
const written = ({ advisories, ...rest }: EditedDatabase): MadeDatabase => ({
  ...rest,
  feeds: { one: advisories.filter((_one, at) => at % 2 === 0), two: advisories.filter((_one, at) => at % 2 === 1) },
});
const image: fc.Arbitrary<readonly PackageDraft[]> = fc.array(
  fc.tuple(fc.constantFrom(...names), someVersion, fc.nat(3)).map(([name, version, kind]): PackageDraft => {
    const file = `usr/lib/${name}-${version}/METADATA`;
    if (kind === 0) return npm(name, `${version}.0.0`, file);
    if (kind === 1) return apk(`${name}-dev`, `${version}-r0`, name, [file]);
    if (kind === 2) return apk(name, `${version}-r0`, name);
    return { type: 'pypi', name, version, evidence: 'installed-metadata', locations: [{ path: file }] };
  }),
  { minLength: 1, maxLength: 8 },
);
const scope = fc.oneof(
  fc.record({ vulnerability: fc.constantFrom(...cves, ...others) }),
  fc.record({ vulnerability: fc.constantFrom(...cves), package: fc.constantFrom('left', 'l*', '*-dev', '%') }),
  fc.record({ package: fc.constantFrom('left', 'right@1*', 'base*') }),
);
const history = fc.record({
  first: database,
  steps: fc.array(
    fc.record({ edits: fc.array(edit, { minLength: 1, maxLength: 2 }), images: fc.array(image, { maxLength: 1 }) }),
    { minLength: 3, maxLength: 6 },
  ),
  images: fc.array(image, { minLength: 1, maxLength: 4 }),
  scopes: fc.array(scope, { maxLength: 3 }),
});

test('a delta leaves what matching everything again leaves, for any two databases', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ first, steps, images, scopes }) => {
      let edited = first;
      await using opened = await openAssessment(written(edited));
      const add = async (drafts: readonly PackageDraft[]) => opened.scan(await opened.addImage('image'), drafts);
      for (const given of scopes)
        await opened.store
          .insertInto('exception')
          .values({
            scope: JSON.stringify(given),
            reason: 'r',
            kind: 'risk-accepted',
            state: 'approved',
            asked_by: 'a',
          })
          .execute();
      for (const drafts of images) await add(drafts);
      for (const step of steps) {
        edited = step.edits.reduce((before, apply) => apply(before), edited);
        await install(opened, written(edited));
        for (const drafts of step.images) await add(drafts);
        assert.deepEqual(await standing(opened.store), await expected(opened));
        assert.deepEqual(await checkSummaries(opened.store, false), []);
        assert.deepEqual(await exceptedNow(opened.store), await exceptedAnew(opened.store, scopes));
      }
      const before = await standing(opened.store);
      await install(opened, written(edited), true);
      assert.deepEqual(await standing(opened.store), before, 'and everything again changes nothing more');
      rmSync(opened.directory, { recursive: true, force: true });
    }),
    { numRuns },
  );
});

interface Standing {
  readonly component: number;
  readonly flaw: string;
}

async function standing(store: Store): Promise<readonly Standing[]> {
  const { rows } =
    await sql<Standing>`SELECT component, flaw.name AS flaw, severity, severity_source, status, fixed, upgrade_to, risk,
      flaw.hash::text, (SELECT json_agg(stream || ' ' || k.name ORDER BY stream, k.name) FROM component_key AS k WHERE k.component = candidate.component) AS keys
    FROM candidate JOIN flaw ON flaw.id = flaw ORDER BY component, flaw.name COLLATE "C"`.execute(store);
  return rows;
}

async function expected({ store, recorder }: Assessment): Promise<readonly Standing[]> {
  const { database: current } = recorder.vulnerabilities.current();
  const stored = await store.selectFrom('component').select(['id', 'purl', 'facts']).orderBy('id').execute();
  const rows = stored.map(({ id, purl, facts: packed }) => ({ id, purl, facts: unpackFacts(packed) }));
  const { components, flaws } = matchedRows(rows, current, createJudge(current, versionSchemes));
  const hashes = new Map(flaws.map(({ name, hash }) => [name, `\\x${hash.toString('hex')}`]));
  return components.flatMap(({ id, candidates, keys }) =>
    candidates
      .map(({ flaw: name, severity, severitySource, status, fixed, upgradeTo, risk }) => ({
        component: id,
        flaw: name,
        severity,
        severity_source: severitySource,
        status,
        fixed: [...fixed],
        upgrade_to: upgradeTo ?? null,
        risk,
        hash: hashes.get(name),
        keys: keys.map((key) => key.join(' ')).sort(),
      }))
      .sort((a, b) => (a.flaw < b.flaw ? -1 : 1)),
  );
}

async function exceptedNow(store: Store) {
  const { rows } = await sql<{
    key: string;
  }>`SELECT concat_ws(' ', image, component, flaw) AS key FROM excepted`.execute(store);
  return rows.map(({ key }) => key).sort();
}

/** Said once more, in other words: finding by finding. */
async function exceptedAnew(
  store: Store,
  scopes: readonly { readonly vulnerability?: string; readonly package?: string }[],
) {
  const { rows } = await sql<{ key: string; ids: string[]; names: string[] }>`
    SELECT concat_ws(' ', image, component.id, flaw.id) AS key, flaw.name || aliases AS ids,
      ARRAY[component.name, software, component.name || '@' || version] AS names
    FROM image_components, unnest(components) AS held JOIN component ON component.id = held
      JOIN candidate ON candidate.component = held JOIN flaw ON flaw.id = flaw`.execute(store);
  const isGlob = (pattern: string, text: string) =>
    new RegExp(
      `^${pattern
        .split('*')
        .map((part) => RegExp.escape(part))
        .join('.*')}$`,
    ).test(text);
  return rows
    .filter(({ ids, names: called }) =>
      scopes.some(
        ({ vulnerability, package: pattern }) =>
          (vulnerability === undefined || ids.includes(vulnerability)) &&
          (pattern === undefined || called.some((name) => isGlob(pattern, name))),
      ),
    )
    .map(({ key }) => key)
    .sort();
}

async function stands(store: Store): Promise<readonly string[]> {
  const { rows } = await sql<{ text: string }>`SELECT concat_ws(' ', component.name, flaw.name, cause) AS text
    FROM candidate JOIN component ON component.id = component JOIN flaw ON flaw.id = flaw ORDER BY 1`.execute(store);
  return rows.map(({ text }) => text);
}

async function criticals(store: Store): Promise<readonly number[]> {
  const rows = await store.selectFrom('image_summary').select('critical').orderBy('image').execute();
  return rows.map(({ critical }) => critical);
}
