import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CvssScore, Finding, FindingStatus, Why } from '../model/finding.ts';
import type { Evidence, Owner } from '../model/package.ts';
import type { Problem } from '../model/problem.ts';
import type { Report, ScannedImage, StreamCoverage } from '../model/report.ts';
import { severities } from '../model/severity.ts';
import { type PackageDocument, type ReportDocument, toDocument } from './report-document.ts';
import { emptyReport, hostileReport, hostileTexts, packageOf, realReport, reportOf } from './testing/reports.ts';
import { validateReport } from './testing/validators.ts';

interface Schema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly additionalProperties?: boolean;
  readonly description?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const schema: Schema = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../schemas/report-1.json'), 'utf8'));

type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T] & string;
type OptionalKeys<T> = Exclude<keyof T & string, RequiredKeys<T>>;

/** Fails to compile unless exactly the type's required and optional fields are listed. */
function fieldsOf<T>() {
  return <R extends RequiredKeys<T>, O extends OptionalKeys<T>>(fields: {
    readonly required: readonly R[] & ([RequiredKeys<T>] extends [R] ? unknown : never);
    readonly optional: readonly O[] & ([OptionalKeys<T>] extends [O] ? unknown : never);
  }): { readonly required: readonly string[]; readonly optional: readonly string[] } => fields;
}

const kev = schema.$defs?.finding?.properties?.kev;
const pairs: readonly (readonly [
  name: string,
  schema: Schema | undefined,
  fields: ReturnType<ReturnType<typeof fieldsOf>>,
])[] = [
  [
    'report',
    schema,
    fieldsOf<ReportDocument>()({
      required: ['schema', 'scanner', 'image', 'packages', 'findings', 'coverage', 'problems', 'database'],
      optional: [],
    }),
  ],
  [
    'image',
    schema.$defs?.image,
    fieldsOf<ScannedImage>()({
      required: ['reference', 'kind', 'layers'],
      optional: ['manifestDigest', 'configDigest', 'platform', 'os'],
    }),
  ],
  [
    'os',
    schema.$defs?.image?.properties?.os,
    fieldsOf<NonNullable<ScannedImage['os']>>()({
      required: ['id'],
      optional: ['version', 'name', 'endOfLife', 'support'],
    }),
  ],
  [
    'package',
    schema.$defs?.package,
    fieldsOf<PackageDocument>()({
      required: ['id', 'purl', 'type', 'name', 'version', 'owner', 'evidence', 'paths', 'locations'],
      optional: [
        ...(['namespace', 'arch', 'source', 'layer', 'stream', 'module', 'vendor', 'thirdParty', 'cpes'] as const),
        ...(['bitnami', 'qualifiers', 'subpath', 'licenses', 'symbols', 'goPlatform', 'development'] as const),
      ],
    }),
  ],
  [
    'finding',
    schema.$defs?.finding,
    fieldsOf<Finding>()({
      required: [
        ...(['id', 'aliases', 'package', 'purl', 'installed', 'fixed', 'status', 'severity'] as const),
        ...(['severitySource', 'cvss', 'cwe', 'references', 'why'] as const),
      ],
      optional: ['title', 'upgradeTo', 'epss', 'kev', 'exploits', 'ssvc', 'published', 'ignored'],
    }),
  ],
  ['kev', kev, fieldsOf<NonNullable<Finding['kev']>>()({ required: ['added', 'ransomware'], optional: ['due'] })],
  [
    'exploits',
    schema.$defs?.finding?.properties?.exploits,
    fieldsOf<NonNullable<Finding['exploits']>>()({ required: [], optional: ['metasploit', 'github', 'exploitDb'] }),
  ],
  [
    'cvss',
    schema.$defs?.finding?.properties?.cvss?.items,
    fieldsOf<CvssScore>()({ required: ['version', 'vector', 'score', 'source'], optional: [] }),
  ],
  [
    'why',
    schema.$defs?.why,
    fieldsOf<Why>()({
      required: ['source', 'record', 'stream', 'name', 'version', 'scheme', 'range', 'comparisons'],
      optional: ['fixed', 'severity', 'notes'],
    }),
  ],
  [
    'coverage',
    schema.$defs?.coverage,
    fieldsOf<StreamCoverage>()({ required: ['stream', 'level'], optional: ['date'] }),
  ],
  ['problem', schema.$defs?.problem, fieldsOf<Problem>()({ required: ['code', 'where', 'message'], optional: [] })],
  [
    'database',
    schema.properties?.database,
    fieldsOf<Report['database']>()({ required: ['built', 'sources'], optional: [] }),
  ],
];

for (const [name, part, { required, optional }] of pairs) {
  test(`schema and type agree on the fields of ${name}`, () => {
    assert.deepEqual([...(part?.required ?? [])].sort(), [...required].sort());
    assert.deepEqual(Object.keys(part?.properties ?? {}).sort(), [...required, ...optional].sort());
  });
}

test('schema and types agree on the words', () => {
  const statuses: Record<FindingStatus, true> = { fixed: true, 'not-fixed': true, 'will-not-fix': true, unknown: true };
  const evidences: Record<Evidence, true> = {
    ...({ 'installed-database': true, 'installed-metadata': true, binary: true } as const),
    ...({ 'lock-file': true, sbom: true } as const),
  };
  const owners: Record<Exclude<Owner['kind'], 'os-package'>, true> = { none: true, unknown: true };
  const { finding, package: found, severity } = schema.$defs ?? {};
  assert.deepEqual(finding?.properties?.status?.enum, Object.keys(statuses));
  assert.deepEqual(found?.properties?.evidence?.enum, Object.keys(evidences));
  assert.deepEqual(found?.properties?.owner?.oneOf?.[1]?.properties?.kind?.enum, Object.keys(owners));
  assert.deepEqual(severity?.enum, severities);
});

test('the schema is strict and explains itself', () => {
  const visit = (part: Schema, place: string): void => {
    if (part.properties) assert.equal(part.additionalProperties, false, place);
    for (const [name, inner] of Object.entries({ ...part.properties, ...part.$defs })) visit(inner, `${place}.${name}`);
    for (const inner of [part.items, ...(part.oneOf ?? [])]) if (inner) visit(inner, place);
  };
  visit(schema, 'report');
  for (const [name, part] of Object.entries(schema.$defs ?? {}))
    if (part.properties && !['coverage', 'problem'].includes(name)) assert.ok(part.description, name);
});

test('real, empty and hostile reports are valid', () => {
  for (const report of [realReport(), emptyReport, ...hostileTexts.map(hostileReport)])
    validateReport(JSON.parse(JSON.stringify(toDocument(report))));
});

test('what is not in the schema is refused', () => {
  const document = { ...JSON.parse(JSON.stringify(toDocument(realReport()))), more: true };
  assert.throws(() => validateReport(document), /additionalProperties/);
  assert.throws(() => validateReport({ ...document, more: undefined, findings: undefined }), /required/);
});

test('generated reports are valid', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 });
  const maybe = <T>(values: Record<string, fc.Arbitrary<T>>) => fc.record(values, { requiredKeys: [] });
  const packages = fc.array(
    fc.tuple(
      text,
      maybe({ namespace: text, arch: text, module: text, vendor: text, goPlatform: text }),
      maybe({ cpes: fc.array(text), licenses: fc.array(text), symbols: fc.array(text) }),
    ),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(packages, (drafts) => {
      const list = drafts.map(([name, texts, lists], at) =>
        packageOf(name, { ...texts, ...lists, id: `p${at}` } as object),
      );
      validateReport(JSON.parse(JSON.stringify(toDocument(reportOf(list, [])))));
    }),
  );
});

test('a package tells its paths and the layer that brought it', () => {
  const [first, second] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];
  const found = packageOf('left', {
    locations: [
      { path: 'a', layer: first },
      { path: 'b', layer: second },
    ],
  });
  const [document] = toDocument(reportOf([found], [])).packages;
  assert.deepEqual([document?.paths, document?.layer, document?.locations], [['a', 'b'], first, found.locations]);
  assert.equal('layer' in (toDocument(reportOf([packageOf('left')], [])).packages[0] ?? {}), false);
});
