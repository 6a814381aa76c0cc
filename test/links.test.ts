import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');

test('every link of the documents leads to a file that is there', () => {
  const elsewhere = ['node_modules', 'testdata', 'dist'];
  const documents = globSync('**/*.md', { cwd: root, exclude: (name) => elsewhere.includes(basename(name)) });
  const links = documents.flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(/\]\(([^)#\s]+)/g)].map(([, link = '']) => ({ path, link })),
  );
  const broken = links.filter(({ path, link }) => !/^\w+:/.test(link) && !existsSync(join(root, dirname(path), link)));

  assert.ok(links.length > 10);
  assert.deepEqual(broken, []);
});
