import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AppError } from './errors.ts';
import type { RandomAccess } from './random-access.ts';
import { type TestArchive, type TestEntry, writeZip } from './testdata/write-zip.ts';
import { defaultZipLimits, readZipEntry, walkZip, type ZipEntry, type ZipLimits, zipEntryData } from './zip.ts';

const mebibyte = 1024 * 1024;

function open(content: Buffer): RandomAccess {
  return {
    size: content.length,
    read: (offset, length) => content.subarray(Math.min(offset, content.length), offset + length),
  };
}

function entriesOf(archive: RandomAccess, limits?: Partial<ZipLimits>) {
  const entries: ZipEntry[] = [];
  const all = { ...defaultZipLimits, ...limits };
  const walk = walkZip(
    archive,
    () => true,
    (entry) => entries.push(entry),
    all,
  );
  return { entries, walk };
}

function contentsOf(archive: RandomAccess): Record<string, string> {
  const { entries, walk } = entriesOf(archive);
  assert.equal(walk.error, undefined);
  return Object.fromEntries(entries.map((entry) => [entry.name, readZipEntry(archive, entry, mebibyte).toString()]));
}

function only(entry: TestEntry): { readonly archive: RandomAccess; readonly entry: ZipEntry } {
  const archive = open(writeZip([entry]));
  const [found] = entriesOf(archive).entries;
  assert.ok(found);
  return { archive, entry: found };
}

const files: readonly TestEntry[] = [
  { name: 'META-INF/MANIFEST.MF', content: 'Manifest-Version: 1.0\n' },
  { name: 'stored.txt', content: 'as it is', method: 0 },
  { name: 'empty', content: '' },
  { name: 'straße/ünïcode.txt', content: 'names in UTF-8' },
];
const contents = Object.fromEntries(files.map(({ name, content }) => [name, content]));

const shapes: Readonly<Record<string, TestArchive>> = {
  'an archive': {},
  'an archive behind a shell script': { prefix: Buffer.from('#!/bin/bash\nexec java -jar "$0"\nexit\n') },
  'an archive whose comment looks like its end': { comment: `PK\x05\x06${'\0'.repeat(30)}` },
  'an archive with the longest comment': { comment: 'x'.repeat(0xffff) },
  'an archive with something behind it': { trailer: Buffer.from('signed, sealed, delivered') },
  'a ZIP64 archive': { wide: true },
  'a ZIP64 archive behind a script': { wide: true, prefix: Buffer.from('#!/bin/sh\n') },
};
for (const [name, shape] of Object.entries(shapes)) {
  test(`${name} is read`, () => {
    assert.deepEqual(contentsOf(open(writeZip(files, shape))), contents);
  });
}

test('sizes and offsets in the ZIP64 extra field are used', () => {
  const wide = files.map((entry) => ({ ...entry, wide: true }));

  assert.deepEqual(contentsOf(open(writeZip(wide))), contents);
});

test('only the directory and the entry asked for are read', () => {
  const content = writeZip([
    { name: 'big', content: Buffer.alloc(8 * mebibyte, 1), method: 0 },
    { name: 'small', content: 'x' },
  ]);
  let bytes = 0;
  const archive: RandomAccess = {
    size: content.length,
    read: (offset, length) => {
      const part = content.subarray(offset, offset + length);
      bytes += part.length;
      return part;
    },
  };

  walkZip(
    archive,
    (name) => name === 'small',
    (entry) => readZipEntry(archive, entry, 10),
  );

  assert.ok(bytes < 70_000, `${bytes} bytes`);
});

test('a name that occurs twice is shown twice', () => {
  const archive = open(
    writeZip([
      { name: 'a', content: 'first' },
      { name: 'a', content: 'second' },
    ]),
  );

  const found = entriesOf(archive).entries.map((entry) => readZipEntry(archive, entry, 100).toString());

  assert.deepEqual(found, ['first', 'second']);
});

test('a stored archive inside another is read in place', () => {
  const outer = open(writeZip([{ name: 'inner.jar', content: writeZip(files), method: 0 }]));
  const [inner] = entriesOf(outer).entries;
  assert.ok(inner);

  assert.deepEqual(contentsOf(zipEntryData(outer, inner)), contents);
});

test('names that climb out are only names', () => {
  const archive = open(
    writeZip([
      { name: '../../etc/passwd', content: 'x' },
      { name: '/abs', content: 'y' },
    ]),
  );

  assert.deepEqual(contentsOf(archive), { '../../etc/passwd': 'x', '/abs': 'y' });
});

const refused: Readonly<
  Record<string, { readonly entry: TestEntry; readonly limit?: number; readonly error: RegExp; readonly code: string }>
> = {
  'an encrypted entry': {
    entry: { name: 'a', content: 'x', flags: 1 },
    error: /encrypted/,
    code: 'ARCHIVE_UNSUPPORTED',
  },
  'an unknown method': {
    entry: { name: 'a', content: 'x', method: 93 },
    error: /method 93/,
    code: 'ARCHIVE_UNSUPPORTED',
  },
  'more than the limit, stored': {
    entry: { name: 'a', content: 'xxx', method: 0 },
    limit: 2,
    error: /3 bytes/,
    code: 'LIMIT_EXCEEDED',
  },
  'more than the limit, deflated': {
    entry: { name: 'a', content: 'x'.repeat(100) },
    limit: 20,
    error: /100 bytes/,
    code: 'LIMIT_EXCEEDED',
  },
  'a bomb that claims to be small': {
    entry: { name: 'a', content: Buffer.alloc(4 * mebibyte), claimedSize: 10 },
    error: /more than the 10 bytes it claims/,
    code: 'ARCHIVE_CORRUPT',
  },
  'a claim that is not kept': {
    entry: { name: 'a', content: 'x', claimedSize: 1000 },
    error: /1 bytes instead of 1000/,
    code: 'ARCHIVE_CORRUPT',
  },
};
for (const [name, { entry: made, limit = mebibyte, error, code }] of Object.entries(refused)) {
  test(`${name} is refused with its reason`, () => {
    const { archive, entry } = only(made);

    assert.throws(
      () => readZipEntry(archive, entry, limit),
      (thrown) => {
        assert.ok(thrown instanceof AppError);
        assert.match(thrown.message, error);
        return thrown.code === code;
      },
    );
  });
}

test('a huge claim over a few bytes costs no memory', () => {
  const { archive, entry } = only({ name: 'a', content: 'x', claimedSize: 0xfffffffe });
  const before = process.memoryUsage().arrayBuffers;

  assert.throws(() => readZipEntry(archive, entry, 0xffffffff), /instead of/);
  assert.ok(process.memoryUsage().arrayBuffers - before < mebibyte);
});

test('damaged data says so', () => {
  const content = writeZip([{ name: 'a', content: 'some text that is long enough' }]);
  content.fill(0xff, 31, 40);
  const archive = open(content);
  const [entry] = entriesOf(archive).entries;

  assert.throws(() => entry && readZipEntry(archive, entry, 100), { code: 'ARCHIVE_CORRUPT' });
});

test('what is no archive, or only its beginning, is refused', () => {
  const whole = writeZip(files);
  for (const content of [
    Buffer.alloc(0),
    Buffer.from('PK'),
    Buffer.alloc(70_000),
    whole.subarray(0, -1),
    whole.subarray(0, 60),
  ]) {
    assert.throws(() => entriesOf(open(content)), { code: 'ARCHIVE_CORRUPT' });
  }
});

test('an end record that promises 2^32 entries gets only those that are there', () => {
  const content = writeZip(files, { wide: true });
  content.writeBigUInt64LE(2n ** 32n, content.length - 22 - 76 + 32);

  assert.equal(entriesOf(open(content)).walk.entries, files.length);
});

test('a directory that is damaged in the middle still shows what came before', () => {
  const content = writeZip(files);
  const last = content.lastIndexOf('PK\x01\x02', undefined, 'latin1');
  content[last] = 0;

  const { entries, walk } = entriesOf(open(content));

  assert.equal(entries.length, files.length - 1);
  assert.match(walk.error?.message ?? '', /directory is damaged/);
});

test('limits on entries and on the directory are kept', () => {
  const archive = open(writeZip(files));

  assert.equal(entriesOf(archive, { entries: 2 }).walk.error?.code, 'LIMIT_EXCEEDED');
  assert.equal(entriesOf(archive, { entries: 2 }).entries.length, 2);
  assert.equal(entriesOf(archive, { directoryBytes: 10 }).walk.error?.code, 'LIMIT_EXCEEDED');
});

test('a directory larger than the window is walked whole', () => {
  const many = Array.from({ length: 30_000 }, (_, index) => ({
    name: `directory/with/a/long/name/${index}`,
    method: 0,
  }));

  const { walk, entries } = entriesOf(open(writeZip(many, { wide: true })));

  assert.equal(walk.entries, many.length);
  assert.equal(entries.at(-1)?.name, many.at(-1)?.name);
});

test('no change of a few bytes makes it throw anything but its own errors', () => {
  const whole = writeZip(files, { wide: true });
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));

  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(whole.length), (changes, cut) => {
      const content = Buffer.from(whole.subarray(0, cut < 50 ? cut : whole.length));
      for (const [at, value] of changes) if (at < content.length) content[at] = value;
      try {
        const archive = open(content);
        for (const entry of entriesOf(archive).entries) readZipEntry(archive, entry, mebibyte);
      } catch (error) {
        assert.ok(error instanceof AppError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});
