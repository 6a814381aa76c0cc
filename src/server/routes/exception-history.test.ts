import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { expireExceptions } from '../../store/excepted.ts';
import { removeImages } from '../../store/remove-images.ts';
import { settlePlacements } from '../../store/settle-placements.ts';
import type { TestClient } from '../testing/start-test-server.ts';
import { openTwoRegistries, type TwoRegistries } from '../testing/two-registries.ts';

let estate: TwoRegistries;
let admin: TestClient;
/** Sees one of the two registries. */
let scoped: TestClient;

beforeEach(async () => {
  estate = await openTwoRegistries();
  ({ admin, scoped } = estate);
});
afterEach(() => estate.close());

const covered = 'no longer counted, by an exception (The applet is not there.).';
const uncovered = 'counted again, since the exception no longer holds (The applet is not there.).';
const finding = 'CVE-2022-0001 in busybox 1.36.1-r0';

const json = async (client: TestClient, path: string) => {
  const answer = await client.get(path);
  assert.equal(answer.statusCode, 200, `${path}: ${answer.body}`);
  return answer.json();
};

async function approve(scope: object, rest: object = {}): Promise<string> {
  const body = { scope, reason: 'The applet is not there.', kind: 'not-reachable', ...rest };
  const { id } = (await admin.send('POST', '/exceptions', body)).json();
  await decide(id, 'approve', 'agreed');
  return id;
}

async function decide(id: string, decision: string, note?: string, by = admin): Promise<void> {
  const answer = await by.send('POST', `/exceptions/${id}/decision`, { decision, note });
  assert.equal(answer.statusCode, 200, answer.body);
}

type Event = { readonly change: string; readonly text: string };
/** Oldest first. */
const told = async (path: string, client = admin): Promise<string[]> =>
  (await json(client, `${path}?cause=exception`)).items.map(({ text }: Event) => text).sort(byCovered);
const byCovered = (a: string, b: string) => Number(a.includes('counted again')) - Number(b.includes('counted again'));
const ofImage = (digest: string) => told(`/images/${digest}/history`);

async function exported(): Promise<string[]> {
  const { body } = await admin.get('/history/export?cause=exception&format=ndjson');
  const events = body.trim().split('\n').filter(Boolean);
  return events.map((line) => JSON.parse(line)).map(({ change, text }: Event) => `${change} ${text}`);
}

/** Findings that came and went since a time. */
async function moved(since: string): Promise<readonly number[]> {
  const { appeared, went } = (await json(admin, `/overview?since=${since}`)).changed;
  return [appeared, went];
}

async function endingIsTold(): Promise<void> {
  const both = [`${finding}: ${covered}`, `${finding}: ${uncovered}`];
  assert.deepEqual(await ofImage(estate.mine), both);
  assert.deepEqual(await ofImage(estate.foreign), both);
  const all = [`CVE-2022-0001: ${covered}`, `CVE-2022-0001: ${uncovered}`];
  assert.deepEqual(await told('/history'), all);
  assert.deepEqual(await told('/history', scoped), all);
  const one = [`went ${both[0]}`, `appeared ${both[1]}`];
  assert.deepEqual(await exported(), [...one, ...one]);
}

test('an exception that is withdrawn is told at its beginning and its end, with who decided each', async () => {
  const since = new Date().toISOString();
  const id = await approve({ vulnerability: 'CVE-2022-0001' });
  assert.deepEqual(await ofImage(estate.mine), [`${finding}: ${covered}`]);
  assert.deepEqual(await moved(since), [0, 2]);
  const analyst = await estate.server.as('analyst');

  await decide(id, 'withdraw', 'it is there', analyst);

  await endingIsTold();
  assert.deepEqual(await moved(since), [2, 2]);
  const [row] = (await json(admin, '/exceptions')).items;
  assert.deepEqual(
    [row.state, row.decidedBy, row.decisionNote, row.endedBy, row.endNote, row.endedAt],
    ['withdrawn', admin.login, 'agreed', analyst.login, 'it is there', '2026-08-10T12:00:00.000Z'],
  );
});

test('an exception that ran out is told the same way', async () => {
  const id = await approve({ vulnerability: 'CVE-2022-0001' }, { expires: '2027-01-01T00:00:00Z' });

  assert.deepEqual(await expireExceptions(estate.assessment.store, new Date('2027-01-01T00:05:00Z')), [id]);

  await endingIsTold();
  const [row] = (await json(admin, '/exceptions')).items;
  assert.deepEqual([row.decidedBy, row.endedBy, row.endedAt], [admin.login, undefined, '2027-01-01T00:05:00.000Z']);
});

test('who sees none of its images is told of neither', async () => {
  const id = await approve({ vulnerability: 'CVE-2022-0001', registry: 'foreign' });
  await decide(id, 'withdraw');

  assert.equal((await told('/history')).length, 2);
  assert.deepEqual(await told('/history', scoped), []);
});

test('what another exception covers as well does not count again before both have ended', async () => {
  const since = new Date().toISOString();
  const first = await approve({ vulnerability: 'CVE-2022-0001' });
  const second = await approve({ package: 'busybox' }, { reason: 'It is never run.' });
  await decide(first, 'withdraw');
  const byBoth = [
    `${finding}: ${covered}`,
    `${finding}: ${covered.replace('The applet is not there', 'It is never run')}`,
  ];

  assert.deepEqual((await ofImage(estate.mine)).sort(), byBoth.sort());
  assert.ok(!(await told('/history')).some((text) => text.includes('counted again')));
  assert.deepEqual(await moved(since), [0, 2]);

  await decide(second, 'withdraw');
  const again = (texts: string[]) => texts.filter((text) => text.includes('counted again'));
  const why = uncovered.replace('The applet is not there', 'It is never run');
  assert.deepEqual(again(await ofImage(estate.mine)), [`${finding}: ${why}`]);
  assert.deepEqual(again(await told('/history')), [`A vulnerability: ${why}`]);
  assert.deepEqual(await moved(since), [2, 2]);
});

test('what a deleted image had under an exception does not count again', async () => {
  const { store } = estate.assessment;
  await approve({ vulnerability: 'CVE-2022-0001', registry: 'mine' });
  const [{ id: registry }] = (await store.selectFrom('registry').select('id').where('name', '=', 'mine').execute()) as [
    { id: number },
  ];
  const place = { registry, repository: 'app', at: new Date() };
  const { images } = await removeImages(store, place, { digests: [estate.mine] });
  await settlePlacements(store, images, place.at);

  assert.deepEqual(await exported(), [`went ${finding}: ${covered}`]);
});
