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
  #globalPax: ReadonlyMap<string, string> = new Map();
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
    if (this.#contentLeft > 0 || this.#headerFill > 0 || this.#meta) {
      throw corrupt(`it ends after ${this.#position} bytes, in the middle of an entry`);
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
    else if (type === 'x') this.#pax = parsePax(content);
    else this.#globalPax = new Map([...this.#globalPax, ...parsePax(content)]);
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
    if (isZeroBlock(block)) {
      this.#zeroBlocks += 1;
      return;
    }
    this.#zeroBlocks = 0;
    const header = decodeTarHeader(block);
    if (typeof header === 'string') throw corrupt(`${header} at offset ${start}`);
    if (header.type === 'L' || header.type === 'K' || header.type === 'x' || header.type === 'g')
      this.#metaBegin(header);
    else this.#entryBegin(header);
  }

  #metaBegin(header: TarHeader): void {
    if (header.size > maxMetaBytes)
      throw corrupt(`a name or attribute record of ${header.size} bytes at offset ${this.#position}`);
    this.#meta = { type: header.type, chunks: [] };
    this.#expect(header.size);
  }

  #entryBegin(header: TarHeader): void {
    const pax = (key: string) => this.#pax.get(key) ?? this.#globalPax.get(key);
    const size = paxSize(pax('size')) ?? header.size;
    const path = pax('path') ?? this.#longName ?? header.path;
    const sparse = header.type === 'S' || this.#pax.has('GNU.sparse.major') || this.#pax.has('GNU.sparse.map');
    const entry: TarEntry = {
      path: pax('GNU.sparse.name') ?? path,
      type: typeOf(header.type, path),
      size: header.type === '1' && header.size === 0 ? 0 : size,
      mode: header.mode,
      link: pax('linkpath') ?? this.#longLink ?? header.link,
      offset: this.#position,
      sparse,
    };
    this.#longName = undefined;
    this.#longLink = undefined;
    if (this.#pax.size > 0) this.#pax = new Map();
    this.#sink = this.#onEntry(entry);
    this.#expect(hasContent(entry.type) ? entry.size : 0);
  }

  #expect(size: number): void {
    this.#contentLeft = size;
    this.#paddingLeft = (tarBlock - (size % tarBlock)) % tarBlock;
    if (size === 0) this.#entryEnd();
  }
}

/** Links and directories have no content, whatever size an old writer put into their header; PAX hard links may. */
function hasContent(type: TarEntry['type']): boolean {
  return type === 'file' || type === 'hardlink' || type === 'other';
}

function typeOf(flag: string, path: string): TarEntry['type'] {
  if (flag === '0' || flag === '\0' || flag === '7' || flag === 'S') return path.endsWith('/') ? 'directory' : 'file';
  if (flag === '1') return 'hardlink';
  if (flag === '2') return 'symlink';
  if (flag === '5') return 'directory';
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
