import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListedImage, Page, RegistryAccess, RegistryConnector } from '../../images/registry-connector.ts';
import { AppError } from '../../lib/errors.ts';
import { type DiscoveryCursor, discover, discoveryCursor, type Filters } from './discover.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const access = { host: 'registry.example.com' } as RegistryAccess;
const everything: Filters = { include: [], exclude: [], tags: [], repositories: [] };

type Content = Readonly<Record<string, readonly (readonly [letter: string, ...tags: string[]])[] | AppError>>;

/** A registry whose lists come two at a time. */
function connectorFor(content: Content, hasCatalogue = true) {
  const asked: string[] = [];
  const paged = async function* <T>(items: readonly T[], from = '0'): AsyncGenerator<Page<T>> {
    for (let at = Number(from); at === Number(from) || at < items.length; at += 2)
      yield { items: items.slice(at, at + 2), ...(at + 2 < items.length && { next: String(at + 2) }) };
  };
  const connector: RegistryConnector = {
    ...{ id: 'test', title: 'Test', hostExample: 'x', signIns: ['anonymous'], faultOf: () => undefined },
    credentials: () => async () => ({ notes: [] }),
    ...(hasCatalogue && {
      repositories: (_access: RegistryAccess, from?: string) => paged(Object.keys(content), from),
    }),
    images: async function* (_access, { repository, from, wantsTag }) {
      asked.push(repository);
      const images = content[repository] ?? new AppError('NOT_FOUND', 'gone');
      if (images instanceof AppError) throw images;
      const listed = images.map(
        ([letter, ...tags]): ListedImage => ({ digest: digest(letter), tags: tags.filter(wantsTag) }),
      );
      yield* paged(listed, from);
    },
  };
  return { connector, asked };
}

const content: Content = {
  'team/a': [['1', 'v1'], ['2', 'v2', 'latest'], ['3'], ['4', 'v4'], ['5', 'v5']],
  'team/b': [['6', 'v1']],
  'other/c': [],
  'team/d': [
    ['7', 'v1'],
    ['8', 'v2'],
    ['9', 'v3'],
  ],
  'team/e': [['a', 'v1']],
};

async function walk(connector: RegistryConnector, filters: Partial<Filters> = {}, cursor?: DiscoveryCursor) {
  const steps = [];
  for await (const step of discover(connector, access, { ...everything, ...filters }, cursor)) steps.push(step);
  return steps;
}

const letters = (steps: Awaited<ReturnType<typeof walk>>) =>
  steps.flatMap(({ images }) => images.map(({ digest: one }) => one.slice(7, 8))).join('');

test('all repositories and images are found, and each repository says where it ends', async () => {
  const steps = await walk(connectorFor(content).connector);
  assert.equal(letters(steps), '123456789a');
  assert.deepEqual(
    steps.filter(({ last }) => last).map(({ repository }) => repository),
    Object.keys(content),
  );
  assert.ok(steps.every(({ whole }) => whole));
});

test('from the cursor of any step, as it comes back from the store, goes on exactly what is left', async () => {
  const steps = await walk(connectorFor(content).connector);
  for (const [index, { cursor }] of steps.entries()) {
    const stored = discoveryCursor.parse(JSON.parse(JSON.stringify(cursor)));
    const rest = await walk(connectorFor(content).connector, {}, stored);
    assert.equal(letters(steps.slice(0, index + 1)) + letters(rest), '123456789a', `after step ${index}`);
    for (const step of rest)
      assert.equal(step.whole, step.repository !== rest[0]?.repository || cursor.images === undefined);
  }
  assert.equal((await walk(connectorFor(content).connector, {}, steps[0]?.cursor))[0]?.whole, false);
});

test('filters decide which repositories are asked and which images are wanted', async () => {
  const { connector, asked } = connectorFor(content);
  const steps = await walk(connector, { include: ['team/*'], exclude: ['**/d'], tags: ['v*', '!'] });
  assert.deepEqual(asked, ['team/a', 'team/b', 'team/e']);
  assert.equal(letters(steps), '12456a', 'an image without a tag that is asked for is left out');
  assert.deepEqual(steps[0]?.images[1]?.tags, ['v2'], 'other tags of it too');
});

test('names replace the catalogue, which need not be there', async () => {
  const { connector, asked } = connectorFor(content, false);
  assert.equal(letters(await walk(connector, { repositories: ['team/d', 'team/b'] })), '7896');
  assert.deepEqual(asked, ['team/d', 'team/b']);
  await assert.rejects(walk(connector), { code: 'REQUEST_INVALID', message: /Enter them by name/ });
});

test('a repository that is gone is empty, one that refuses says so, and the others are still looked at', async () => {
  const failing = {
    ...content,
    'team/b': new AppError('AUTHENTICATION_FAILED', 'no right'),
    'team/d': new AppError('NOT_FOUND', 'gone'),
  };
  const steps = await walk(connectorFor(failing).connector);
  assert.equal(letters(steps), '12345a');
  const [b, , d] = steps.filter(({ last }) => last).slice(1);
  assert.deepEqual([b?.failure, b?.whole], [{ code: 'AUTHENTICATION_FAILED', message: 'no right' }, false]);
  assert.deepEqual([d?.failure, d?.whole, d?.images], [undefined, true, []]);
  const down = { ...content, 'team/b': new AppError('REGISTRY_TIMEOUT', 'down') };
  await assert.rejects(walk(connectorFor(down).connector), { code: 'REGISTRY_TIMEOUT' });
});

test('names that lead elsewhere are not asked for, and digests that are none are not taken', async () => {
  const hostile: Content = {
    '../../admin': [['1']],
    'a b': [['2']],
    'http://169.254.169.254/x': [['3']],
    ok: [['x y']],
    [`a${'/a'.repeat(200)}`]: [],
  };
  const { connector, asked } = connectorFor(hostile);
  assert.equal(letters(await walk(connector)), '');
  assert.deepEqual(asked, ['ok']);
});
