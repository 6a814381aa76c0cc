import { AppError } from './errors.ts';

/**
 * Cuts a Zstandard stream at the ends of its frames (RFC 8878, section 3.1): Node's decompressor stops after the first
 * frame, unless no piece that it is given reaches over an end. pzstd and zstd:chunked write many frames.
 */
export async function* zstdFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const walk = new FrameWalk();
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const end = walk.frameEnd(chunk, at);
      yield chunk.subarray(at, end);
      at = end;
    }
  }
}

/** True for the magic number of a frame, or for one of those of skippable frames. */
export function isZstd(head: Uint8Array): boolean {
  return head.length >= 4 && (isFrame(head) || isSkippable(head));
}

function isFrame(magic: Uint8Array): boolean {
  return magic[0] === 0x28 && magic[1] === 0xb5 && magic[2] === 0x2f && magic[3] === 0xfd;
}

function isSkippable(magic: Uint8Array): boolean {
  return ((magic[0] as number) & 0xf0) === 0x50 && magic[1] === 0x2a && magic[2] === 0x4d && magic[3] === 0x18;
}

/** Follows the structure of frames without decompressing anything. */
class FrameWalk {
  /** Bytes to pass over before the next structure. */
  #pass = 0;
  /** The structure being collected: how long it is, and how much of it is there. */
  #wanted = 4;
  #fill = 0;
  readonly #bytes = new Uint8Array(4);
  #collected: () => void = this.#magic;
  #checksumBytes = 0;

  /** Where the piece that begins at `from` must end: behind the frame that ends in this chunk, else with the chunk. */
  frameEnd(chunk: Uint8Array, from: number): number {
    let at = from;
    while (at < chunk.length) {
      if (this.#pass > 0) {
        const passed = Math.min(this.#pass, chunk.length - at);
        this.#pass -= passed;
        at += passed;
      } else {
        this.#bytes[this.#fill] = chunk[at] as number;
        this.#fill += 1;
        at += 1;
        if (this.#fill === this.#wanted) this.#collected();
      }
      if (this.#pass === 0 && this.#fill === 0 && this.#collected === this.#magic) return at;
    }
    return at;
  }

  #expect(bytes: number, collected: () => void, pass: number): void {
    this.#fill = 0;
    this.#wanted = bytes;
    this.#collected = collected;
    this.#pass = pass;
  }

  #magic(): void {
    if (isFrame(this.#bytes)) this.#expect(1, this.#descriptor, 0);
    else if (isSkippable(this.#bytes)) this.#expect(4, this.#skippableSize, 0);
    else throw new AppError('ARCHIVE_CORRUPT', 'its zstd stream holds something that is no frame');
  }

  #skippableSize(): void {
    this.#expect(4, this.#magic, littleEndian(this.#bytes, 4));
  }

  /** Tells how long the rest of the frame's header is, and whether a checksum ends the frame. */
  #descriptor(): void {
    const descriptor = this.#bytes[0] as number;
    const isSingleSegment = (descriptor & 0x20) !== 0;
    const windowBytes = isSingleSegment ? 0 : 1;
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
    const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
    this.#checksumBytes = (descriptor & 4) !== 0 ? 4 : 0;
    this.#expect(3, this.#blockHeader, windowBytes + dictionaryBytes + sizeBytes);
  }

  #blockHeader(): void {
    const header = littleEndian(this.#bytes, 3);
    const isRepeatedByte = ((header >> 1) & 3) === 1;
    const blockBytes = isRepeatedByte ? 1 : header >> 3;
    if ((header & 1) === 0) this.#expect(3, this.#blockHeader, blockBytes);
    else this.#expect(4, this.#magic, blockBytes + this.#checksumBytes);
  }
}

function littleEndian(bytes: Uint8Array, length: number): number {
  let value = 0;
  for (let at = length - 1; at >= 0; at -= 1) value = value * 256 + (bytes[at] as number);
  return value;
}
