import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apk, npm } from '../../../test/support/judge.ts';
import { AppError } from '../../lib/errors.ts';
import type { Package, PackageDraft } from '../../model/package.ts';
import { componentsOf } from '../../vulnerability/component.ts';
import { identify } from '../../vulnerability/identify.ts';
import { packDetail, unpackDetail } from './image-detail.ts';

const layer = `sha256:${'a'.repeat(64)}`;
const drafts: readonly PackageDraft[] = [
  apk('py3-requests', '2.28-r0', 'python-requests', ['usr/lib/METADATA']),
  {
    type: 'pypi',
    name: 'requests',
    version: '2.28',
    evidence: 'installed-metadata',
    locations: [{ path: 'usr/lib/METADATA', layer }, { path: 'elsewhere' }, { path: 'odd', layer: 'sha256:other' }],
    licenses: ['Apache-2.0'],
  },
  { ...npm('left', '1.0.0'), namespace: '@scope', vendor: 'somebody', development: true, evidence: 'lock-file' },
  {
    type: 'golang',
    namespace: 'example.org',
    name: 'm',
    version: 'v1.0.0',
    subpath: 'p',
    evidence: 'binary',
    locations: [{ path: 'bin/m' }],
    symbols: ['example.org/m abcd'],
    goPlatform: 'linux/amd64',
  },
  {
    type: 'gem',
    name: 'n',
    version: '1',
    evidence: 'sbom',
    locations: [{ path: 'g' }],
    qualifiers: { platform: 'java' },
  },
];

function componentsFor(packages: readonly Package[]) {
  return componentsOf(packages).map(({ facts }, at) => ({ id: 100 + at, purl: `pkg:generic/${at}`, facts }));
}

test('a scan comes back as it was', () => {
  const os = { id: 'alpine', like: [], version: '3.18.4' };
  const packages = [
    ...identify(drafts, (item) => item, os),
    {
      ...identify([npm('listed', '1')], (item) => item, os)[0],
      id: 'from-a-list',
      owner: { kind: 'unknown' },
    } as Package,
  ];
  const image = { reference: 'app', kind: 'image', layers: [{ diffID: layer, createdBy: 'RUN x' }] } as const;
  const problems = [{ code: 'file-corrupt', where: 'a', message: 'b' }];
  const components = componentsFor(packages);

  const packed = packDetail({ image, inventory: { os, packages, problems } }, components);
  const byId = new Map(components.map((one) => [one.id, one]));
  const found = unpackDetail(packed, (id) => byId.get(id) as (typeof components)[number]);

  assert.deepEqual(found, {
    image,
    inventory: { os, packages, problems },
    components: components.map(({ id }) => id),
  });
  assert.equal(packages[1]?.owner.kind, 'os-package');
});

test('what cannot be read says what to do', () => {
  const isTold = (error: unknown) => error instanceof AppError && /scan it again/.test(error.message);
  assert.throws(() => unpackDetail(Buffer.from('no zstd'), () => assert.fail()), isTold);
});
