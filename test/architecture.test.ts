import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');
const source = join(root, 'src');

/** From the bottom up; a file imports from its own folder or from a lower row. Folders of one row do not know each other. */
const rows = [
  ['lib'],
  ['model'],
  ['images', 'kubernetes', 'store', 'output', 'bpf-loader'],
  ['vulnerability', 'runtime', 'posture', 'admission'],
  ['risk'],
  ['server', 'agent', 'sensor', 'cli'],
];

const files = listFiles(source).filter((path) => path.endsWith('.ts'));
const sources = files.filter((path) => !path.endsWith('.test.ts'));

interface Import {
  readonly target: string;
  readonly isType: boolean;
}

/** Static and dynamic imports, re-exports and `new URL(…, import.meta.url)` of sources, as absolute paths. */
function importsOf(path: string): readonly Import[] {
  const text = readFileSync(path, 'utf8');
  const found: Import[] = [];
  const patterns = [
    /^\s*(?:import|export)\s+(type\s)?[^'";]*?from\s+'(\.[^']+)'/gm,
    /^\s*import\s+()'(\.[^']+)'/gm,
    /\bimport\(()'(\.[^']+)'\)/g,
    /new URL\(()'(\.[^']+\.ts)',\s*import\.meta\.url\)/g,
  ];
  for (const pattern of patterns) {
    for (const match of text.matchAll(pattern))
      found.push({ target: resolve(dirname(path), match[2] ?? ''), isType: Boolean(match[1]) });
  }
  return found;
}

function listFiles(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return entry.name === 'testdata' ? [] : listFiles(path);
    return [path];
  });
}

const folderOf = (path: string) => relative(source, path).split('/')[0] ?? '';
const rowOf = (folder: string) => rows.findIndex((row) => row.includes(folder));
const shown = (path: string) => relative(root, path);

test('every source lies in a folder that has a place in the layers', () => {
  const strays = files.filter((path) => rowOf(folderOf(path)) < 0).map(shown);
  assert.deepEqual(strays, []);
});

test('imports go down the layers, and never sideways', () => {
  const wrong = sources.flatMap((path) =>
    importsOf(path)
      .filter(({ target }) => {
        const [from, to] = [folderOf(path), folderOf(target)];
        return from !== to && rowOf(to) >= rowOf(from);
      })
      .map(({ target }) => `${shown(path)} → ${shown(target)}`),
  );
  assert.deepEqual(wrong, []);
});

test('every relative import names a file that exists, with its ending', () => {
  const missing = files.flatMap((path) =>
    importsOf(path)
      .filter(({ target }) => !existsSync(target))
      .map(({ target }) => `${shown(path)} → ${shown(target)}`),
  );
  assert.deepEqual(missing, []);
});

test('no file is in an import cycle', () => {
  const graph = new Map(
    sources.map((path) => [
      path,
      importsOf(path)
        .filter(({ isType }) => !isType)
        .map(({ target }) => target),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].map(shown).join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of sources) visit(path, []);
  assert.deepEqual(cycles, []);
});

test("every plug-in of a folder stands in the folder's list, and index.ts is nothing but such a list", () => {
  const indexes = sources.filter((path) => path.endsWith('/index.ts'));
  assert.ok(indexes.length >= 6, 'the lists were found');
  const unlisted = indexes.flatMap((index) => {
    const folder = dirname(index);
    const listed = new Set(importsOf(index).map(({ target }) => target));
    return sources
      .filter((path) => dirname(path) === folder && path !== index && !path.endsWith('.data.ts') && !listed.has(path))
      .map(shown);
  });
  assert.deepEqual(unlisted, []);
  const barrels = indexes.filter((index) => /^export \*|^export \{/m.test(readFileSync(index, 'utf8'))).map(shown);
  assert.deepEqual(barrels, []);
});

test('no file is longer than 400 lines', () => {
  const long = files
    .filter((path) => !path.endsWith('.data.ts') && readFileSync(path, 'utf8').split('\n').length > 401)
    .map(shown);
  assert.deepEqual(long, []);
});

test('no name says nothing', () => {
  const empty =
    /(^|\/)(utils?|helpers?|common|misc|manager|service|impl)(\.|\/)|-(utils?|helpers|common|misc|manager|service|impl)\./;
  assert.deepEqual(
    files.map(shown).filter((path) => empty.test(path)),
    [],
  );
});

test('what a plain scan loads at its start leaves heavy libraries out', () => {
  const heavy = ['zod', 'yaml', 'smol-toml', 'fast-xml-parser', 'undici', 'csv-parse', 'ae-cvss-calculator'];
  const seen = new Set<string>();
  const found: string[] = [];
  const visit = (path: string): void => {
    if (seen.has(path) || !existsSync(path)) return;
    seen.add(path);
    const text = readFileSync(path, 'utf8');
    for (const match of text.matchAll(/^import (?!type)[^'";]*?from '([^.'][^']*)'/gm)) {
      if (heavy.includes(match[1] ?? '')) found.push(`${shown(path)} → ${match[1]}`);
    }
    for (const match of text.matchAll(/^(?:import|export) (?!type)[^'";]*?from '(\.[^']+)'/gm))
      visit(resolve(dirname(path), match[1] ?? ''));
  };
  visit(join(source, 'cli/commands/scan.ts'));
  assert.ok(seen.size > 30, 'the imports were followed');
  assert.deepEqual(found, []);
});
