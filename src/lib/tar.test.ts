import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, linkSync, mkdirSync, mkdtempSync, openSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { tarOf } from '../../test/support/tar.ts';
import { AppError } from './errors.ts';
import { type TarEntry, TarReader } from './tar.ts';

interface Read {
  readonly entries: TarEntry[];
  readonly contents: Map<string, string>;
}

/** Reads a tar in pieces of the given size, keeping every content. */
function readTar(archive: Buffer, pieceBytes = 512): Read {
  const entries: TarEntry[] = [];
  const contents = new Map<string, string>();
  const reader = new TarReader((entry) => {
    entries.push(entry);
    const chunks: Buffer[] = [];
    return {
      write: (chunk) => chunks.push(Buffer.from(chunk)),
      end: () => contents.set(entry.path, Buffer.concat(chunks).toString()),
    };
  });
  for (let at = 0; at < archive.length; at += pieceBytes) reader.push(archive.subarray(at, at + pieceBytes));
  reader.finish();
  return { entries, contents };
}

const isCorrupt = (error: unknown) => error instanceof AppError && error.code === 'ARCHIVE_CORRUPT';

test('an archive is the same however it is cut into pieces', () => {
  const archive = tarOf([
    { path: 'a', content: 'x'.repeat(700) },
    { path: 'd/', type: '5' },
    { path: 'd/b', content: 'short' },
    { path: 'l', type: '2', link: 'a' },
  ]);
  const whole = readTar(archive, archive.length);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), (pieceBytes) => {
      assert.deepEqual(readTar(archive, pieceBytes), whole);
    }),
    { numRuns: 50 },
  );
  assert.deepEqual(
    whole.entries.map(({ path, type, size }) => [path, type, size]),
    [
      ['a', 'file', 700],
      ['d/', 'directory', 0],
      ['d/b', 'file', 5],
      ['l', 'symlink', 0],
    ],
  );
});

for (const format of ['gnu', 'pax', 'ustar', 'v7'] as const) {
  test(`what GNU tar writes in ${format} form is read back`, () => {
    const directory = mkdtempSync(join(tmpdir(), 'tar-test-'));
    const long = format === 'gnu' || format === 'pax' ? `${'n'.repeat(120)}/${'m'.repeat(150)}` : 'n/m';
    mkdirSync(join(directory, long), { recursive: true });
    writeFileSync(join(directory, long, 'file'), 'content');
    linkSync(join(directory, long, 'file'), join(directory, 'hard'));
    symlinkSync('nowhere', join(directory, 'soft'));

    const archive = execFileSync('tar', [`--format=${format}`, '-C', directory, '--sort=name', '-cf', '-', '.'], {
      maxBuffer: 1 << 20,
    });
    const { entries, contents } = readTar(archive);

    assert.equal([...contents].find(([path]) => path === './hard')?.[1] || contents.get(`./${long}/file`), 'content');
    assert.equal(entries.find(({ type }) => type === 'symlink')?.link, 'nowhere');
    assert.equal(entries.find(({ type }) => type === 'hardlink')?.link, './hard');
  });
}

test('unwanted content can be leapt over', () => {
  const archive = tarOf([
    { path: 'big', content: 'x'.repeat(100_000) },
    { path: 'small', content: 'here' },
  ]);
  const names: string[] = [];
  const reader = new TarReader(({ path }) => {
    names.push(path);
    return undefined;
  });
  let read = 0;
  for (let at = 0; at < archive.length && !reader.ended; ) {
    reader.push(archive.subarray(at, at + 512));
    read += 512;
    const leap = Math.min(reader.skippable, archive.length);
    reader.skip(leap);
    at += 512 + leap;
  }
  assert.deepEqual(names, ['big', 'small']);
  assert.ok(read < 4096, `${read} bytes were read`);
});

test('a header whose checksum does not fit is named by its offset', () => {
  const archive = tarOf([{ path: 'a', content: 'x' }, { path: 'b' }]);
  archive[1024] = 0x7a;
  assert.throws(
    () => readTar(archive),
    (error) => isCorrupt(error) && /checksum.*offset 1024/.test((error as Error).message),
  );
});

test('an entry of 2^63 bytes is refused, and so is a negative one', () => {
  const huge = Buffer.from([0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0]);
  const negative = Buffer.alloc(12, 0xff);
  for (const rawSize of [huge, negative]) assert.throws(() => readTar(tarOf([{ path: 'a', rawSize }])), isCorrupt);
  const pax = '31 size=9223372036854775808000\n';
  assert.throws(() => readTar(tarOf([{ path: 'x', type: 'x', content: pax }, { path: 'a' }])), isCorrupt);
});

test('an archive cut short anywhere inside an entry is corrupt', () => {
  const archive = tarOf([{ path: 'a', content: 'x'.repeat(600) }]);
  for (const length of [100, 512, 700, 1111]) assert.throws(() => readTar(archive.subarray(0, length)), isCorrupt);
});

test('PAX names go before those of the header, and only for the next entry', () => {
  const record = '17 path=longer.x\n';
  const { entries } = readTar(
    tarOf([{ path: 'p', type: 'x', content: record }, { path: 'short' }, { path: 'second' }]),
  );
  assert.deepEqual(
    entries.map(({ path }) => path),
    ['longer.x', 'second'],
  );
});

test('links, devices and pipes have no content, whatever size they claim: what follows is the next entry', () => {
  for (const type of ['1', '2', '3', '5', '6'] as const) {
    const { entries } = readTar(tarOf([{ path: 'odd', type, claim: 512 }, { path: 'next' }]));
    assert.deepEqual(
      entries.map(({ path, size }) => [path, size]),
      [
        ['odd', 0],
        ['next', 0],
      ],
      type,
    );
  }
});

test('global records rename nothing, and end what was said of the next entry', () => {
  const { entries } = readTar(
    tarOf([
      { path: 'long', type: 'L', content: 'forgotten\0' },
      { path: 'g', type: 'g', content: '17 path=everyone\n' },
      { path: 'first' },
      { path: 'second' },
    ]),
  );
  assert.deepEqual(
    entries.map(({ path }) => path),
    ['first', 'second'],
  );
});

test('attribute records that do not fit their form are refused, not read in part', () => {
  for (const content of ['5 a=b', '99 path=x\n', 'path=x\n', '6 path\n', '3 =\n', '-5 a=b\n', '9 path=x\n5 a'])
    assert.throws(() => readTar(tarOf([{ path: 'x', type: 'x', content }, { path: 'a' }])), isCorrupt, content);
});

test('a size among NULs and spaces is read as the runtimes read it, and other signs are refused', () => {
  const sizes: [string, number | undefined][] = [
    ['\x00\x00\x00\x00\x00\x00\x00\x00\x00\x003 ', 3],
    ['   3 \x00 \x00    ', 3],
    ['3\x007777777777', 3],
    ['3 7         ', undefined],
    ['0x3         ', undefined],
    ['9           ', undefined],
  ];
  for (const [raw, size] of sizes) {
    const archive = tarOf([{ path: 'a', content: 'abc', rawSize: Buffer.from(raw.slice(0, 12), 'latin1') }]);
    if (size === undefined) assert.throws(() => readTar(archive), isCorrupt, JSON.stringify(raw));
    else assert.equal(readTar(archive).contents.get('a')?.length, size, JSON.stringify(raw));
  }
});

test('the pieces of a GNU sparse file may go on in further blocks, which are no entries', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tar-test-'));
  const file = openSync(join(directory, 'holes'), 'w');
  for (let at = 0; at < 60; at += 1) writeSync(file, 'data', at * 65536);
  closeSync(file);
  writeFileSync(join(directory, 'next'), 'content');
  for (const format of ['gnu', 'pax']) {
    const archive = execFileSync('tar', ['-S', `--format=${format}`, '-C', directory, '-cf', '-', 'holes', 'next'], {
      maxBuffer: 1 << 24,
    });
    const { entries, contents } = readTar(archive);
    assert.deepEqual(
      entries.map(({ path, sparse }) => [path, sparse]),
      [
        ['holes', true],
        ['next', false],
      ],
      format,
    );
    assert.equal(contents.get('next'), 'content');
  }
});

test('garbage is refused or read, but never hangs or throws anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: 0, max: 1500 }), (noise, at) => {
      const archive = Buffer.concat([
        tarOf([{ path: 'a', content: 'x'.repeat(300) }]).subarray(0, at),
        Buffer.from(noise),
      ]);
      try {
        readTar(archive, 333);
      } catch (error) {
        assert.ok(isCorrupt(error), String(error));
      }
    }),
    { numRuns: 300 },
  );
});
