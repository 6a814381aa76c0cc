import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { fileFromBuffer } from '../../src/images/source-file.ts';
import { AppError } from '../../src/lib/errors.ts';
import type { OsRelease } from '../../src/model/os-release.ts';
import type { AssemblyContext, Cataloger, VisibleFact } from '../../src/vulnerability/cataloger.ts';
import { catalogers } from '../../src/vulnerability/catalogers/index.ts';
import { fileTable } from '../../src/vulnerability/file-table.ts';
import { identify } from '../../src/vulnerability/identify.ts';
import { tarOf } from '../support/tar.ts';
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';
import { BrokenPromise, type Target } from './target.ts';

const testdata = new URL('../../src/vulnerability/catalogers/testdata/', import.meta.url).pathname;
/** Larger samples take so long to copy that hardly any input would be tried. */
const maxSampleBytes = 6 * 2 ** 20;

/** For catalogers without samples of their own, and to splice in. */
const general: readonly Buffer[] = [
  Buffer.from('{"name":"left","version":"1.0.0","packages":[{"name":"a","version":"1"}]}'),
  Buffer.from('P:musl\nV:1.2.5-r0\nF:lib\nR:libc.so\n\n'),
  Buffer.from('\u007fELF\u0002\u0001\u0001\u0000', 'latin1'),
  Buffer.from('PK\u0003\u0004', 'latin1'),
  Buffer.from('<?xml version="1.0"?><project><artifactId>a</artifactId><version>1</version></project>'),
  Buffer.from('[[package]]\nname = "a"\nversion = "1"\n'),
  Buffer.from('a:\n  - b: &x 1\n    c: *x\n'),
  tarOf([{ path: 'a', content: 'b' }]),
];

/** Where files of all ecosystems lie; each cataloger gets those that it accepts. */
const directories = [
  '',
  'app/',
  'app/node_modules/left/',
  'usr/lib/python3/site-packages/x-1.0.dist-info/',
  'usr/lib/python3/site-packages/x.egg-info/',
  'opt/conda/conda-meta/',
  'app/vendor/composer/',
  'usr/lib/ruby/gems/3.0.0/specifications/',
  'usr/lib/node_modules/@scope/pkg/',
  'app/META-INF/maven/g/a/',
  'usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.0/',
  'var/lib/pacman/local/pkg-1.0-1/',
  'opt/bitnami/x/',
  'usr/bin/',
  'usr/lib/x86_64-linux-gnu/',
  'usr/lib/jvm/java-17/',
];
const stems = ['x', 'a-1.0-py3', 'x-1.0.0', 'libssl', 'node', 'python3', 'java', '.spdx-x', 'app.deps', 'sbom'];

function pathsOf({ files }: Cataloger): readonly string[] {
  const { basenames = [], extensions = [], paths = [], directories: parents = [], executables } = files;
  const names = [
    ...basenames.slice(0, 40),
    ...extensions.slice(0, 20).flatMap((extension) => stems.map((stem) => `${stem}${extension}`)),
    ...(executables ? ['node', 'python3.11', 'nginx', 'busybox', 'java', 'php', 'redis-server', 'tool'] : []),
  ];
  const candidates = [
    ...paths,
    ...parents.flatMap((parent) => stems.map((stem) => `${parent}/${stem}`)),
    ...parents.map((parent) => `${parent}/x.list`),
    ...names.flatMap((name) => directories.map((directory) => directory + name)),
  ];
  const table = fileTable([{ owner: 'it', files }]);
  const wanted = candidates.filter((path) => table(path, 0o755));
  return wanted.length > 0 ? wanted : ['x'];
}

function samplesOf(id: string): readonly Buffer[] {
  const all = listFiles(join(testdata, id)).filter((path) => !path.endsWith('ORIGIN.md') && !path.endsWith('.ts'));
  return all.map(unpacked).filter((content) => content.length > 0 && content.length <= maxSampleBytes);
}

function unpacked(path: string): Buffer {
  const content = readFileSync(path);
  if (path.endsWith('.br')) return brotliDecompressSync(content);
  return path.endsWith('.gz') ? gunzipSync(content) : content;
}

function listFiles(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [];
  }
}

const systems: readonly (OsRelease | undefined)[] = [
  undefined,
  { id: 'alpine', like: [], version: '3.20.1' },
  { id: 'debian', like: [], version: '12' },
  { id: 'rhel', like: ['fedora'], version: '9.4' },
  { id: '', like: [], version: '%2f' },
];

export const catalogerTargets: readonly Target[] = catalogers.map((cataloger) => {
  let known: { readonly paths: readonly string[]; readonly samples: readonly Buffer[] } | undefined;
  return {
    name: `cataloger ${cataloger.id}`,
    attempt: (random, keep) => {
      known ??= { paths: pathsOf(cataloger), samples: samplesOf(cataloger.id) };
      const samples = known.samples.length > 0 ? known.samples : general;
      const facts: VisibleFact<unknown>[] = [];
      for (let files = 1 + random.below(3); files > 0; files -= 1) {
        const path = random.pick(known.paths);
        const content = random.chance(0.03)
          ? random.pick(general)
          : mutate(random.pick(samples), random, [...samples, ...general]);
        keep({ path, content });
        const found = extract(cataloger, path, content);
        const replaced = facts.slice(-1).map(({ layer, fact }) => ({ layer, fact }));
        for (const fact of found) facts.push({ path, layer: 'sha256:1', fact, replaced });
      }
      assemble(cataloger, facts, random);
    },
  };
});

/** What comes out is plain JSON, since it is cached as that; what cannot be read is an `AppError`. */
function extract(cataloger: Cataloger, path: string, content: Buffer): readonly unknown[] {
  const before = content.length <= 1024 ? Buffer.from(content) : undefined;
  try {
    const { facts, problems = [] } = cataloger.extract(fileFromBuffer(path, content, 0o755));
    const kept: unknown = JSON.parse(JSON.stringify(facts));
    if (!Array.isArray(kept) || !isPlain(facts)) throw new BrokenPromise('the facts are not plain JSON');
    for (const { code, message, part } of problems) {
      if (!/^[a-z]+(?:-[a-z]+)*$/.test(code)) throw new BrokenPromise(`"${code}" is no code of a problem`);
      if (message.length > 20_000 || (part?.length ?? 0) > 100_000)
        throw new BrokenPromise(`the message of a problem has ${message.length} characters`);
    }
    if (before && !before.equals(content)) throw new BrokenPromise('the file was changed');
    return kept;
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

function isPlain(value: unknown): boolean {
  const pending = [value];
  for (let next = pending.pop(); pending.length > 0 || next !== undefined; next = pending.pop()) {
    if (typeof next === 'number' && !Number.isFinite(next)) return false;
    if (typeof next === 'bigint' || typeof next === 'function' || typeof next === 'symbol') return false;
    if (typeof next !== 'object' || next === null) continue;
    const prototype: unknown = Object.getPrototypeOf(next);
    if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return false;
    for (const part of Object.values(next)) if (part !== undefined) pending.push(part);
  }
  return true;
}

function assemble(cataloger: Cataloger, facts: readonly VisibleFact<unknown>[], random: Random): void {
  if (facts.length === 0) return;
  const os = random.pick(systems);
  const context: AssemblyContext = { os, resolve: (path) => path, exists: () => random.chance(0.5) };
  const { packages } = cataloger.assemble(facts, context);
  for (const { name, locations } of packages) {
    if (locations.length === 0) throw new BrokenPromise(`the package ${name} has no place`);
  }
  // What has no name is left out before.
  identify(
    packages.filter(({ name }) => name !== ''),
    context.resolve,
    os,
  );
}
