import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Assessment, makeDatabase, openAssessment } from '../../../test/support/assessment.ts';
import { flaw, npm } from '../../../test/support/judge.ts';
import { identify } from '../../vulnerability/identify.ts';
import { startTestServer } from '../testing/start-test-server.ts';
import { recordScan } from './record-scan.ts';
import { installDatabase } from './rematch.ts';

/** Packages whose stored facts are damaged in ways of their own, and one that is not. */
const damages = {
  empty: '',
  zeros: '\0\0\0\0',
  cut: '{"type":"npm","name":"cut","ver',
  'no-facts': '[]',
  nameless: '{"type":"npm","version":"1.0.0"}',
  numbered: '{"type":"npm","name":"numbered","version":1}',
  'cpe-list': '{"type":"npm","name":"cpe-list","version":"1.0.0","cpes":"a"}',
  'no-holder': '{"type":"npm","name":"no-holder","version":"1.0.0","holder":{"foreign":true}}',
};
const names = ['whole', ...Object.keys(damages)];
const flawsOf = (year: number) =>
  names.map((name, at) => flaw(`CVE-${year}-000${at}`, 'npm', name, { introduced: '1.0.0' }, { severity: 'high' }));
const drafts = names.map((name) => npm(name, '1.0.0'));

async function openDamaged() {
  const opened = await openAssessment({ feeds: { npm: flawsOf(2021) } });
  const image = await opened.addImage('app');
  const clean = await opened.addImage('clean');
  await opened.scan(image, drafts);
  await opened.scan(clean, drafts.slice(0, 1));
  for (const [name, facts] of Object.entries(damages))
    await opened.store
      .updateTable('component')
      .set({ facts: Buffer.from(facts) })
      .where('name', '=', name)
      .execute();
  return { opened, image, clean };
}

async function install(opened: Assessment, year: number, { full }: { readonly full: boolean }) {
  const { path: before, build: expected } = opened.recorder.vulnerabilities.current();
  const after = join(opened.directory, `${year}.db`);
  makeDatabase(after, { feeds: { npm: [...flawsOf(2021), ...flawsOf(year)] } });
  const installation = { ...(!full && { before }), expected, after, digest: `sha256:${year}`, installedBy: 'test' };
  const installed = await installDatabase(opened.store, installation);
  if (installed) opened.use(installed.build, after);
  return installed;
}

async function findings(opened: Assessment, image: number): Promise<readonly string[]> {
  const rows = await opened.store
    .selectFrom('image_components')
    .innerJoin('candidate', (join) =>
      join.on('candidate.component', '=', (on) => on.fn.any('image_components.components')),
    )
    .innerJoin('flaw', 'flaw.id', 'candidate.flaw')
    .select('flaw.name')
    .where('image_components.image', '=', image)
    .orderBy('flaw.name')
    .execute();
  return rows.map(({ name }) => name);
}

async function stateOf(opened: Assessment, image: number) {
  const { state, failure } = await opened.store
    .selectFrom('image')
    .select(['state', 'failure'])
    .where('id', '=', image)
    .executeTakeFirstOrThrow();
  return { state, ...(failure as { readonly code: string; readonly message: string } | null) };
}

for (const full of [true, false])
  test(`damaged packages do not stop a ${full ? 'first' : 'newer'} database; their images say so until they are scanned again`, async () => {
    const { opened, image, clean } = await openDamaged();
    await using _opened = opened;

    const installed = await install(opened, 2024, { full });

    assert.deepEqual([installed?.packagesRematched, installed?.packagesUnreadable], [1, names.length - 1]);
    assert.deepEqual(await findings(opened, clean), ['CVE-2021-0000', 'CVE-2024-0000']);
    assert.equal((await stateOf(opened, clean)).state, 'scanned');
    const { state, code, message } = await stateOf(opened, image);
    assert.deepEqual([state, code], ['failed', 'FILE_INVALID']);
    assert.match(message ?? '', /scan the image again/);
    assert.equal((await findings(opened, image)).length, names.length + 1, 'what was found stands');

    await opened.scan(image, drafts);

    assert.equal((await stateOf(opened, image)).state, 'scanned');
    assert.equal((await findings(opened, image)).length, 2 * names.length);
    assert.equal((await install(opened, 2025, { full: false }))?.packagesUnreadable, 0);
  });

test('a scan that somebody asks for puts damaged packages right', async () => {
  const { opened, image } = await openDamaged();
  await using _opened = opened;
  const scanned = { reference: 'app', kind: 'image', layers: [] } as const;
  const inventory = { os: undefined, packages: identify(drafts, (item) => item, undefined), problems: [] };

  await recordScan(opened.recorder, { image, scanned, inventory, scanner: '1', because: 'asked' });

  assert.equal((await findings(opened, image)).length, names.length);
  assert.equal((await install(opened, 2024, { full: true }))?.packagesUnreadable, 0);
});

test('a question after a damaged package is answered with the next step', async () => {
  const { opened } = await openDamaged();
  await using _opened = opened;
  const { store, recorder } = opened;
  const server = await startTestServer({ parts: { store, vulnerabilities: recorder.vulnerabilities } });
  const admin = await server.as('admin');

  for (const name of Object.keys(damages)) {
    const [finding] = (await admin.get(`/findings?package=${name}`)).json().items;
    const answer = await admin.get(`/findings/${finding.id}/why`);
    assert.deepEqual([answer.statusCode, answer.json().code], [422, 'FILE_INVALID'], name);
    assert.match(answer.json().detail, /scan (the|an) image .*again/i, name);
  }
  await server.close();
});
