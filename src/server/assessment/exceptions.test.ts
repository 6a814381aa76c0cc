import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Assessment, openAssessment } from '../../../test/support/assessment.ts';
import { apk, flaw, npm } from '../../../test/support/judge.ts';
import { type ExceptionReachScope, expireExceptions, reachOf, settleExceptions } from '../../store/excepted.ts';
import { cameElsewhere, placeImages } from '../../store/placements.ts';
import { removeImages } from '../../store/remove-images.ts';
import { settlePlacements } from '../../store/settle-placements.ts';
import { checkSummaries } from '../../store/summaries.ts';

const feeds = {
  npm: [
    flaw('CVE-2021-0001', 'npm', 'left', { fixed: '2.0.0' }, { severity: 'critical', aliases: ['GHSA-left'] }),
    flaw('CVE-2021-0002', 'npm', 'left-pad', { fixed: '2.0.0' }, { severity: 'high' }),
  ],
  alpine: [flaw('CVE-2022-0001', 'alpine:3.18', 'busybox', { fixed: '2-r0' }, { severity: 'low' })],
};
const drafts = [npm('left', '1.0.0'), npm('left-pad', '1.5.0'), apk('ssl_client', '1-r0', 'busybox')];

async function ask(opened: Assessment, scope: ExceptionReachScope, expires?: string): Promise<string> {
  const { id } = await opened.store
    .insertInto('exception')
    .values({
      scope: JSON.stringify(scope),
      reason: 'r',
      kind: 'mitigated',
      state: 'asked',
      asked_by: 'a',
      expires: expires ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

async function decide(opened: Assessment, id: string, state: string): Promise<void> {
  await opened.store.transaction().execute(async (transaction) => {
    await transaction.updateTable('exception').set({ state }).where('id', '=', id).execute();
    await settleExceptions(transaction, [id]);
  });
  assert.deepEqual(await checkSummaries(opened.store, false), []);
}

/** Findings that stand, by image: critical, high, low. */
async function standing({ store }: Assessment): Promise<readonly string[]> {
  const rows = await store.selectFrom('image_summary').selectAll().orderBy('image').execute();
  return rows.map(({ critical, high, low }) => `${critical} ${high} ${low}`);
}

/** Two images in registry "prod": one in team/app and in team/web, one in team/app alone. */
async function placed(): Promise<Assessment> {
  const opened = await openAssessment({ feeds });
  const { store } = opened;
  await store
    .insertInto('registry')
    .values({ name: 'prod', kind: 'x', host: 'prod.example', settings: '{}', notification_secret: Buffer.of() })
    .execute();
  await store
    .insertInto('repository')
    .values([
      { registry: 1, name: 'team/app' },
      { registry: 1, name: 'team/web' },
    ])
    .execute();
  const images = [await opened.addImage('prod.example/team/app:1'), await opened.addImage('prod.example/team/app:2')];
  const [first = 0, second = 0] = images;
  await store
    .insertInto('placement')
    .values([
      { repository: 1, image: first },
      { repository: 2, image: first },
      { repository: 1, image: second },
    ])
    .execute();
  for (const image of images) await opened.scan(image, drafts);
  return opened;
}

const scopes: readonly (readonly [ExceptionReachScope, readonly string[]])[] = [
  [{ vulnerability: 'CVE-2021-0001' }, ['0 1 1', '0 1 1']],
  [{ vulnerability: 'GHSA-left' }, ['0 1 1', '0 1 1']],
  [{ vulnerability: 'CVE-2021-0001', package: 'left-*' }, ['1 1 1', '1 1 1']],
  [{ package: 'left*' }, ['0 0 1', '0 0 1']],
  [{ package: 'left_pad' }, ['1 1 1', '1 1 1']],
  [{ package: 'left@1*' }, ['0 1 1', '0 1 1']],
  [{ package: 'busybox' }, ['1 1 0', '1 1 0']],
  [{ package: 'left', image: 'prod.example/team/app:2' }, ['1 1 1', '0 1 1']],
  [{ package: 'left', registry: 'prod' }, ['0 1 1', '0 1 1']],
  [{ package: 'left', registry: 'other' }, ['1 1 1', '1 1 1']],
  [{ package: 'left', registry: 'prod', repository: 'team/*' }, ['0 1 1', '0 1 1']],
  // The first image lies elsewhere too.
  [{ package: 'left', repository: 'team/app' }, ['1 1 1', '0 1 1']],
];

test('an approved exception covers what it names and nothing else', async () => {
  await using opened = await placed();
  for (const [scope, expected] of scopes) {
    const reach = await reachOf(opened.store, scope);
    const id = await ask(opened, scope);
    assert.deepEqual(await standing(opened), ['1 1 1', '1 1 1']);
    await decide(opened, id, 'approved');
    assert.deepEqual(await standing(opened), expected, JSON.stringify(scope));
    assert.equal((await opened.store.selectFrom('excepted').selectAll().execute()).length, reach.findings);
    await decide(opened, id, 'withdrawn');
  }
});

test('what two exceptions cover stays covered while one of them stands', async () => {
  await using opened = await placed();
  const [one, two] = [await ask(opened, { package: 'left' }), await ask(opened, { vulnerability: 'GHSA-left' })];
  await decide(opened, one, 'approved');
  await decide(opened, two, 'approved');
  await decide(opened, one, 'withdrawn');
  assert.deepEqual(await standing(opened), ['0 1 1', '0 1 1']);
  await decide(opened, two, 'withdrawn');
  assert.deepEqual(await standing(opened), ['1 1 1', '1 1 1']);
});

test('an exception ends on its day, and covers images that come until then', async () => {
  await using opened = await placed();
  const id = await ask(opened, { package: 'left' }, '2099-01-01T00:00:00Z');
  await decide(opened, id, 'approved');
  await opened.scan(await opened.addImage('new'), drafts);
  assert.deepEqual(await standing(opened), ['0 1 1', '0 1 1', '0 1 1']);
  assert.deepEqual(await expireExceptions(opened.store, new Date('2098-01-01')), []);
  assert.deepEqual(await expireExceptions(opened.store, new Date('2099-01-02')), [id]);
  assert.deepEqual(await standing(opened), ['1 1 1', '1 1 1', '1 1 1']);
});

test('an image that comes to lie elsewhere loses the exceptions of its first place', async () => {
  await using opened = await placed();
  await decide(opened, await ask(opened, { package: 'left', repository: 'team/app' }), 'approved');
  const { store } = opened;
  const { digest } = await store.selectFrom('image').select('digest').where('id', '=', 2).executeTakeFirstOrThrow();
  const web = { registry: 1, host: 'prod.example', repository: 'team/web', at: new Date() };

  const came = await placeImages(store, { ...web, images: [{ digest, tags: [] }], cause: 'push' });
  await settlePlacements(store, cameElsewhere(came), new Date());
  assert.deepEqual(await standing(opened), ['1 1 1', '1 1 1']);

  const left = await removeImages(store, { ...web, at: new Date(Date.now() + 1_000) }, { digests: [digest] });
  await settlePlacements(store, left.images, new Date());
  assert.deepEqual(await standing(opened), ['1 1 1', '0 1 1']);
  assert.deepEqual(await checkSummaries(opened.store, false), []);
});
