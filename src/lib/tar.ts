import { AppError } from './errors.ts';
import { decodeTarHeader, isZeroBlock, parsePax, type TarHeader, tarBlock } from './tar-header.ts';

/** One member of a tar archive, as stored: the path is neither normalised nor trusted. */
export interface TarEntry {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';
  /** Stored bytes. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Target of a symlink or hard link; empty otherwise. */
  readonly link: string;
  /** Where the content begins, counted from the start of the archive. */
  readonly offset: number;
  /** Stored with holes cut out: its bytes are not those of the file. */
  readonly sparse: boolean;
}

/** Receives the content of one entry. `write` must copy what it keeps: the buffer is reused. */
export interface TarSink {
  readonly write: (chunk: Buffer) => void;
  readonly end: () => void;
}

/** Called for each entry in order; returns a sink when the content is wanted. */
export type OnTarEntry = (entry: TarEntry) => TarSink | undefined;

/** Long names and PAX records beyond this are no file system's. */
const maxMetaBytes = 1024 * 1024;

/**
 * Reads a tar archive that arrives in pieces: ustar, PAX and the GNU extensions for long names and large sizes
 * (https://www.gnu.org/software/tar/manual/html_node/Standard.html). It keeps no more than one header.
 * Where readers differ it does as Go's `archive/tar`, with which container runtimes unpack layers: what one of them
 * takes for content another could take for files.
 * Throws `AppError` ARCHIVE_CORRUPT with the offset where the archive stops making sense.
 */
export class TarReader {
  readonly #onEntry: OnTarEntry;
  readonly #header = Buffer.allocUnsafe(tarBlock);
  #headerFill = 0;
  #position = 0;
  #contentLeft = 0;
  #paddingLeft = 0;
  #sink: TarSink | undefined;
  #meta: { readonly type: string; readonly chunks: Buffer[] } | undefined;
  #longName: string | undefined;
  #longLink: string | undefined;
  #pax: ReadonlyMap<string, string> = new Map();
  #sparse: TarHeader | undefined;
  #zeroBlocks = 0;

  constructor(onEntry: OnTarEntry) {
    this.#onEntry = onEntry;
  }

  /** True once the end-of-archive blocks were seen: what follows is ignored. */
  get ended(): boolean {
    return this.#zeroBlocks >= 2;
  }

  /** How many of the next bytes nobody wants: a seekable source may `skip` them instead of reading. */
  get skippable(): number {
    if (this.ended) return Number.MAX_SAFE_INTEGER;
    if (this.#contentLeft > 0) return this.#sink || this.#meta ? 0 : this.#contentLeft + this.#paddingLeft;
    return this.#paddingLeft;
  }

  skip(bytes: number): void {
    this.#position += bytes;
    const content = Math.min(bytes, this.#contentLeft);
    this.#contentLeft -= content;
    this.#paddingLeft -= Math.min(bytes - content, this.#paddingLeft);
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && !this.ended) {
      if (this.#contentLeft > 0) at = this.#content(chunk, at);
      else if (this.#paddingLeft > 0) {
        const take = Math.min(this.#paddingLeft, chunk.length - at);
        this.#paddingLeft -= take;
        this.#position += take;
        at += take;
      } else at = this.#headerBytes(chunk, at);
    }
    this.#position += chunk.length - at;
  }

  /** To be called when there is no more: throws when the archive stops in the middle of something. */
  finish(): void {
    if (this.ended) return;
    if (this.#contentLeft > 0 || this.#headerFill > 0 || this.#meta || this.#sparse) {
      throw corrupt(`it ends after ${this.#position + this.#headerFill} bytes, in the middle of an entry`);
    }
  }

  #content(chunk: Buffer, at: number): number {
    const take = Math.min(this.#contentLeft, chunk.length - at);
    const piece = chunk.subarray(at, at + take);
    if (this.#meta) this.#meta.chunks.push(Buffer.from(piece));
    else this.#sink?.write(piece);
    this.#contentLeft -= take;
    this.#position += take;
    if (this.#contentLeft === 0) this.#entryEnd();
    return at + take;
  }

  #entryEnd(): void {
    if (this.#meta) this.#metaEnd(this.#meta.type, Buffer.concat(this.#meta.chunks));
    else this.#sink?.end();
    this.#meta = undefined;
    this.#sink = undefined;
  }

  #metaEnd(type: string, content: Buffer): void {
    if (type === 'L') this.#longName = untilNul(content);
    else if (type === 'K') this.#longLink = untilNul(content);
    else if (type === 'x') {
      const records = parsePax(content);
      if (!records) throw corrupt(`an attribute record that ends at offset ${this.#position} is malformed`);
      this.#pax = records;
    } else this.#forget();
  }

  /** Global records bind nobody: like the runtimes, they only end what was said of the next entry. */
  #forget(): void {
    this.#longName = undefined;
    this.#longLink = undefined;
    if (this.#pax.size > 0) this.#pax = new Map();
  }

  #headerBytes(chunk: Buffer, at: number): number {
    if (this.#headerFill === 0 && chunk.length - at >= tarBlock) {
      this.#block(chunk.subarray(at, at + tarBlock));
      return at + tarBlock;
    }
    const take = Math.min(tarBlock - this.#headerFill, chunk.length - at);
    chunk.copy(this.#header, this.#headerFill, at, at + take);
    this.#headerFill += take;
    if (this.#headerFill === tarBlock) {
      this.#headerFill = 0;
      this.#block(this.#header);
    }
    return at + take;
  }

  #block(block: Buffer): void {
    const start = this.#position;
    this.#position += tarBlock;
    if (this.#sparse) {
      if (block[504] === 0) this.#entryBegin(this.#sparse);
      return;
    }
    if (isZeroBlock(block)) {
      this.#zeroBlocks += 1;
      return;
    }
    this.#zeroBlocks = 0;
    const header = decodeTarHeader(block);
    if (typeof header === 'string') throw corrupt(`${header} at offset ${start}`);
    if (header.type === 'L' || header.type === 'K' || header.type === 'x' || header.type === 'g')
      this.#metaBegin(header);
    else if (header.continues) this.#sparse = header;
    else this.#entryBegin(header);
  }

  #metaBegin(header: TarHeader): void {
    if (header.size > maxMetaBytes)
      throw corrupt(`a name or attribute record of ${header.size} bytes at offset ${this.#position}`);
    this.#meta = { type: header.type, chunks: [] };
    this.#expect(header.size);
  }

  #entryBegin(header: TarHeader): void {
    const pax = this.#pax;
    const path = this.#longName || pax.get('path') || header.path;
    const claimed = paxSize(pax.get('size')) ?? header.size;
    const type = typeOf(header.type, path, claimed);
    const size = contentless.has(header.type) || type === 'directory' ? 0 : claimed;
    const entry: TarEntry = {
      path: pax.get('GNU.sparse.name') || path,
      type,
      size,
      mode: header.mode,
      link: this.#longLink || pax.get('linkpath') || header.link,
      offset: this.#position,
      sparse: header.type === 'S' || sparseKeys.some((key) => pax.has(key)),
    };
    this.#sparse = undefined;
    this.#forget();
    this.#sink = this.#onEntry(entry);
    this.#expect(size);
  }

  #expect(size: number): void {
    this.#contentLeft = size;
    this.#paddingLeft = (tarBlock - (size % tarBlock)) % tarBlock;
    if (size === 0) this.#entryEnd();
  }
}

/** Links, devices, directories and pipes: their headers are not followed by content, whatever size they claim. */
const contentless: ReadonlySet<string> = new Set(['1', '2', '3', '4', '5', '6']);

const sparseKeys = ['GNU.sparse.major', 'GNU.sparse.map', 'GNU.sparse.size'];

function typeOf(type: string, path: string, size: number): TarEntry['type'] {
  // Before there was a flag for directories, a slash at the end of the name marked them.
  if (type === '\0' || (type === '0' && size === 0)) return path.endsWith('/') ? 'directory' : 'file';
  if (type === '0' || type === '7' || type === 'S') return 'file';
  if (type === '1') return 'hardlink';
  if (type === '2') return 'symlink';
  if (type === '5') return 'directory';
  return 'other';
}

function paxSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const size = /^\d{1,20}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw corrupt(`an entry claims a size of "${text.slice(0, 40)}" bytes`);
  return size;
}

function untilNul(content: Buffer): string {
  const end = content.indexOf(0);
  return content.toString('utf8', 0, end < 0 ? content.length : end);
}

function corrupt(what: string): AppError {
  return new AppError('ARCHIVE_CORRUPT', `The tar archive is corrupt: ${what}.`);
}
