import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');
const contract = join(root, 'src/server/contract');
const files = listFiles(join(root, 'web/src')).filter((path) => /\.tsx?$/.test(path));

function listFiles(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? listFiles(path) : [path];
  });
}

const shown = (path: string) => relative(root, path);

/** Relative imports, static and lazy. */
function importsOf(path: string): readonly { readonly target: string; readonly isType: boolean }[] {
  const text = readFileSync(path, 'utf8');
  const found = [
    ...text.matchAll(/^import (type )?[^'";]*?from '(\.[^']+)'/gm),
    ...text.matchAll(/\bimport\(()'(\.[^']+)'\)/g),
  ];
  return found.map((match) => ({ target: resolve(dirname(path), match[2] ?? ''), isType: Boolean(match[1]) }));
}

test('the console takes types from the contract, and nothing else from the server', () => {
  const wrong = files.flatMap((path) =>
    importsOf(path)
      .filter(({ target, isType }) => target.startsWith(join(root, 'src')) && !(isType && dirname(target) === contract))
      .map(({ target }) => `${shown(path)} → ${shown(target)}`),
  );
  assert.deepEqual(wrong, []);
});

test('only the fetch layer talks to the server', () => {
  const strays = files
    .filter((path) => !path.startsWith(join(root, 'web/src/api')))
    .filter((path) => /\bfetch\(|new EventSource|XMLHttpRequest/.test(readFileSync(path, 'utf8')));
  assert.deepEqual(strays.map(shown), []);
});

test('components and the API know no page', () => {
  const pages = join(root, 'web/src/pages');
  const wrong = files
    .filter((path) => /\/web\/src\/(components|api|keyboard)\//.test(path))
    .flatMap((path) => importsOf(path).map(({ target }) => ({ path, target })))
    .filter(({ target }) => target.startsWith(pages));
  assert.deepEqual(wrong, []);
});

test('every page is loaded by its own route alone', () => {
  const routes = readFileSync(join(root, 'web/src/routes.tsx'), 'utf8');
  const listed = [...routes.matchAll(/import\('\.\/(pages\/[^']+)'\)/g)].map((match) => match[1]);
  const pages = files
    .filter((path) => /export function Page\(/.test(readFileSync(path, 'utf8')))
    .map((path) => relative(join(root, 'web/src'), path));
  assert.deepEqual([...listed].sort(), pages.sort());
  assert.ok(!/^import .*pages\//m.test(routes), 'a page imported at the top would come with the first load');
});

test('no file of the console is longer than 300 lines, and none is in an import cycle', () => {
  const long = files.filter((path) => readFileSync(path, 'utf8').split('\n').length > 301);
  assert.deepEqual(long.map(shown), []);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].map(shown).join(' → '));
    else if (!done.has(path)) {
      for (const { target, isType } of importsOf(path)) {
        if (!isType && /\.tsx?$/.test(target) && files.includes(target)) visit(target, [...trail, path]);
      }
      done.add(path);
    }
  };
  for (const path of files) visit(path, []);
  assert.deepEqual(cycles, []);
});
