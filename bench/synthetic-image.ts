import { createHash, type Hash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** An image made to be large in one way. */
export interface SyntheticImage {
  readonly title: string;
  readonly make: (directory: string) => { readonly path: string; readonly remove: () => void };
}

export const syntheticImages: readonly SyntheticImage[] = [
  {
    title: 'one layer with a file of 10 GB',
    make: (directory) =>
      writeImage(join(directory, 'large-file.tar'), 1, (layer) => {
        layer.file('var/lib/large', 10e9);
        layer.text('opt/app/package.json', packageJson(0));
      }),
  },
  {
    title: '200 layers',
    make: (directory) =>
      writeImage(join(directory, 'many-layers.tar'), 200, (layer, at) => {
        for (let file = 0; file < 100; file += 1) layer.file(`srv/layer-${at}/file-${file}`, 10_000);
        layer.text(`opt/app-${at}/node_modules/package-${at}/package.json`, packageJson(at));
      }),
  },
  {
    title: 'one layer of 1,000,000 files',
    make: (directory) =>
      writeImage(join(directory, 'many-files.tar'), 1, (layer) => {
        for (let file = 0; file < 1_000_000; file += 1) layer.file(`srv/${file % 1000}/a-file-with-a-name-${file}`, 0);
        layer.text('opt/app/package.json', packageJson(0));
      }),
  },
  {
    title: '100,000 npm packages',
    make: (directory) =>
      writeImage(join(directory, 'many-packages.tar'), 1, (layer) => {
        for (let at = 0; at < 100_000; at += 1)
          layer.text(`srv/app-${at % 100}/node_modules/package-${at}/package.json`, packageJson(at));
      }),
  },
  {
    title: 'a dpkg database of 60 MB',
    make: (directory) =>
      writeImage(join(directory, 'large-database.tar'), 1, (layer) => {
        layer.text('etc/os-release', 'ID=debian\nVERSION_ID="12"\n');
        layer.text('var/lib/dpkg/status', Array.from({ length: 70_000 }, (_package, at) => paragraph(at)).join(''));
      }),
  },
];

/** As long as Debian's are on average. */
function paragraph(at: number): string {
  return `Package: package-${at}
Status: install ok installed
Priority: optional
Section: libs
Installed-Size: ${at}
Maintainer: Debian Maintainers <maintainers-${at % 1000}@lists.debian.org>
Architecture: amd64
Source: source-${at % 5000}
Version: 1.2.${at}-1+deb12u1
Depends: libc6 (>= 2.34), libgcc-s1 (>= 3.0), libstdc++6 (>= 11)
Description: one of many packages
${' A sentence that tells what this package is good for and what is in it.\n'.repeat(7)}
`;
}

function packageJson(at: number): string {
  return JSON.stringify({ name: `package-${at}`, version: `1.0.${at}` });
}

const block = 512;
const bufferBytes = 2 ** 20;
const zeroes = Buffer.alloc(bufferBytes);

/** Writes a docker-archive. Files of zeroes are holes: they take no disk. */
function writeImage(path: string, layerCount: number, fill: (layer: LayerWriter, at: number) => void) {
  const descriptor = openSync(path, 'w');
  let position = 0;
  const write = (content: Buffer) => {
    writeSync(descriptor, content, 0, content.length, position);
    position += content.length;
  };
  const member = (name: string, content: Buffer) =>
    write(Buffer.concat([header(name, content.length), padded(content)]));
  const diffIDs = Array.from({ length: layerCount }, (_layer, at) => {
    const start = position;
    const layer = new LayerWriter(descriptor, start + block);
    fill(layer, at);
    const { size, digest } = layer.end();
    writeSync(descriptor, header(`layer-${at}.tar`, size), 0, block, start);
    position = start + block + size;
    return `sha256:${digest}`;
  });
  const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: diffIDs } };
  const layers = diffIDs.map((_diffID, at) => `layer-${at}.tar`);
  member('config.json', Buffer.from(JSON.stringify(config)));
  member('manifest.json', Buffer.from(JSON.stringify([{ Config: 'config.json', RepoTags: [], Layers: layers }])));
  write(Buffer.alloc(2 * block));
  closeSync(descriptor);
  return { path, remove: () => rmSync(path) };
}

/** Writes the tar of a layer into a part of a file, hashing as it goes. */
class LayerWriter {
  readonly #descriptor: number;
  readonly #start: number;
  readonly #hash: Hash = createHash('sha256');
  readonly #buffer = Buffer.alloc(bufferBytes);
  #fill = 0;
  #position: number;

  constructor(descriptor: number, start: number) {
    this.#descriptor = descriptor;
    this.#start = start;
    this.#position = start;
  }

  text(name: string, content: string): void {
    const bytes = Buffer.from(content);
    this.#write(header(name, bytes.length));
    this.#write(padded(bytes));
  }

  /** A file of zeroes. */
  file(name: string, size: number): void {
    this.#write(header(name, size));
    if (size === 0) return;
    this.#flush();
    const stored = Math.ceil(size / block) * block;
    for (let left = stored; left > 0; left -= bufferBytes)
      this.#hash.update(zeroes.subarray(0, Math.min(left, bufferBytes)));
    this.#position += stored;
  }

  end(): { readonly size: number; readonly digest: string } {
    this.#write(zeroes.subarray(0, 2 * block));
    this.#flush();
    ftruncateSync(this.#descriptor, this.#position);
    return { size: this.#position - this.#start, digest: this.#hash.digest('hex') };
  }

  #write(content: Buffer): void {
    for (let at = 0; at < content.length; ) {
      if (this.#fill === bufferBytes) this.#flush();
      const copied = content.copy(this.#buffer, this.#fill, at);
      this.#fill += copied;
      at += copied;
    }
  }

  #flush(): void {
    const content = this.#buffer.subarray(0, this.#fill);
    this.#hash.update(content);
    writeSync(this.#descriptor, content, 0, content.length, this.#position);
    this.#position += this.#fill;
    this.#fill = 0;
  }
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content], Math.ceil(content.length / block) * block);
}

/** A ustar header; sizes beyond its octal digits in GNU's base 256. */
function header(name: string, size: number): Buffer {
  const bytes = Buffer.alloc(block);
  bytes.write(name, 0, 100, 'latin1');
  bytes.write('0000644\0', 100, 'latin1');
  bytes.write('0000000\0', 108, 'latin1');
  bytes.write('0000000\0', 116, 'latin1');
  if (size < 8 ** 11) bytes.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  else {
    bytes[124] = 0x80;
    bytes.writeBigUInt64BE(BigInt(size), 128);
  }
  bytes.write('00000000000\0', 136, 'latin1');
  bytes.write('        0', 148, 'latin1');
  bytes.write('ustar\x0000', 257, 'latin1');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}
