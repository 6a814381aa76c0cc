import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { defaultLimits } from '../../src/images/limits.ts';
import { configShape, indexShape, manifestShape, parseDocument } from '../../src/images/manifest.ts';
import { readLayer } from '../../src/images/read-layer.ts';
import { AppError } from '../../src/lib/errors.ts';
import { type TarEntry, TarReader } from '../../src/lib/tar.ts';
import { parseOsRelease } from '../../src/vulnerability/os-release.ts';
import { readSbom } from '../../src/vulnerability/sbom/read-sbom.ts';
import { configOf, newLayout, types } from '../support/images.ts';
import { dockerArchiveOf, sha256, tarOf } from '../support/tar.ts';
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';
import { BrokenPromise, type Target } from './target.ts';

const tars: readonly Buffer[] = [
  tarOf([
    { path: './etc/', type: '5' },
    { path: './etc/os-release', content: 'ID=alpine\nVERSION_ID=3.20\n' },
    { path: 'long', type: 'L', content: `${'n'.repeat(300)}\0` },
    { path: 'n' },
    { path: 'x', type: 'x', content: '17 path=longer.x\n12 size=700\n' },
    { path: 'short', content: 'y'.repeat(700) },
    { path: 'hard', type: '1', link: './etc/os-release' },
    { path: 'soft', type: '2', link: '../../x' },
    { path: 'bin/program', content: `\u007fELF${'z'.repeat(2000)}`, mode: 0o755 },
    { path: 'etc/.wh.gone' },
    { path: 'opaque/.wh..wh..opq' },
    { path: 'sparse', type: 'S', content: 'hole' },
  ]),
  dockerArchiveOf([tarOf([{ path: 'a', content: 'b' }])]),
];

/** Tries something on a mutant; anything but an `AppError` is passed on. */
async function survives(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.message.length > 20_000) throw new BrokenPromise(`a message of ${error.message.length} characters`);
  }
}

const tarReader: Target = {
  name: 'tar reader',
  attempt: (random, keep) => {
    const archive = mutate(random.pick(tars), random, tars);
    keep(archive);
    return survives(() => {
      const whole = readTar(archive, archive.length);
      const pieces = readTar(archive, 1 + random.below(1500));
      if (JSON.stringify(whole) !== JSON.stringify(pieces)) throw new BrokenPromise('pieces give another archive');
    });
  },
};

/** Every entry with the bytes it gave, or the message it ended with. */
function readTar(archive: Buffer, pieceBytes: number): unknown[] {
  const seen: unknown[] = [];
  const tar = new TarReader((entry: TarEntry) => {
    let bytes = 0;
    const note = () => seen.push([entry, bytes]);
    return {
      write: (chunk) => {
        bytes += chunk.length;
      },
      end: note,
    };
  });
  try {
    for (let at = 0; at < archive.length; at += Math.max(1, pieceBytes))
      tar.push(archive.subarray(at, at + pieceBytes));
    tar.finish();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    seen.push(error.message);
  }
  return seen;
}

const forms = [(tar: Buffer) => tar, (tar: Buffer) => gzipSync(tar), (tar: Buffer) => zstdCompressSync(tar)];

const layerReader: Target = {
  name: 'layer reader',
  attempt: (random, keep) => {
    const form = random.pick(forms);
    // The damage is in what was packed, or in the packing.
    const stored = random.chance(0.5)
      ? form(mutate(random.pick(tars), random, tars))
      : mutate(form(random.pick(tars)), random, tars);
    keep(stored);
    const open = async function* () {
      const pieceBytes = 1 + random.below(stored.length);
      for (let at = 0; at < stored.length; at += pieceBytes) yield stored.subarray(at, at + pieceBytes);
    };
    const wish = { onlyExecutables: random.chance(0.5), read: (file: { bytes(): Buffer }) => void file.bytes() };
    return survives(() =>
      readLayer({ diffID: sha256(stored), blob: { kind: 'stream', size: undefined, open } }, () => wish, {
        limits: { ...defaultLimits, memoryFileBytes: 1000 },
        deadline: Date.now() + 10_000,
        verified: random.chance(0.8),
      }),
    );
  },
};

function documentTarget(
  name: string,
  samples: readonly Buffer[],
  parse: (content: Buffer, random: Random) => unknown,
): Target {
  return {
    name,
    attempt: (random, keep) => {
      const content = mutate(random.pick(samples), random, samples);
      keep(content);
      return survives(() => parse(content, random));
    },
  };
}

function imageDocuments(): readonly Buffer[] {
  const layout = newLayout();
  const config = layout.add(
    types.config,
    configOf({ layers: tars, more: { history: [{ created_by: 'x' }, { empty_layer: true }] } }),
  );
  const manifest = layout.manifest(
    config,
    tars.map((tar) => layout.add(types.layer, tar)),
  );
  layout.index([
    { ...manifest, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' }, annotations: { a: 'b' } },
  ]);
  return Object.values(layout.files).filter((content) => content.length < 4000 && content[0] === 0x7b);
}

const sbomFolder = new URL('../../src/vulnerability/sbom/testdata/', import.meta.url).pathname;

function sbomSamples(): readonly Buffer[] {
  const files = readdirSync(sbomFolder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  const all = files
    .filter(({ name }) => !name.endsWith('.md'))
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
  return all.filter(({ length }) => length < 2 ** 21);
}

const osReleases = [
  'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.1\nPRETTY_NAME="Alpine Linux v3.20"\n',
  'ID=\'debian\'\nVERSION_CODENAME=bookworm\nID_LIKE="a b"\n',
  'CentOS Linux release 7.6.1810 (Core)\n',
  'SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n',
].map((text) => Buffer.from(text));
const osReleasePaths = [
  'etc/os-release',
  'etc/alpine-release',
  'etc/redhat-release',
  'etc/lsb-release',
  'etc/debian_version',
];

export const formatTargets: readonly Target[] = [
  tarReader,
  layerReader,
  documentTarget('image documents', imageDocuments(), (content) => {
    for (const shape of [indexShape, manifestShape, configShape]) {
      try {
        parseDocument(shape as typeof indexShape, content, 'a document');
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
      }
    }
  }),
  documentTarget('SBOM reader', sbomSamples(), (content) =>
    readSbom(content.toString('utf8'), { path: 'sbom.json', trustOwn: true }),
  ),
  documentTarget('os-release', osReleases, (content, random) =>
    parseOsRelease(random.pick(osReleasePaths), content.toString('utf8')),
  ),
];
