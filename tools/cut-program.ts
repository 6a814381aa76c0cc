/**
 * Makes test data of a program: of all its bytes only those stay that the catalogers of Go and Rust programs read, the
 * rest becomes zero, and zeros compress to nothing. `tools/node tools/cut-program.ts PROGRAM OUTPUT.br`
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { fileFromBuffer, type SourceFile } from '../src/images/source-file.ts';
import { goBinary } from '../src/vulnerability/catalogers/go-binary.ts';
import { rustBinary } from '../src/vulnerability/catalogers/rust-binary.ts';

/** Larger reads only look for something. */
const maxKeptBytes = 70_000;

const [program, output] = process.argv.slice(2);
if (!program || !output) throw new Error('usage: cut-program.ts PROGRAM OUTPUT.br');

const content = readFileSync(program);
const kept = Buffer.alloc(content.length);
const whole = fileFromBuffer('program', content, 0o755);
const recorded: SourceFile = {
  ...whole,
  read: (offset, length) => {
    const bytes = whole.read(offset, length);
    if (length <= maxKeptBytes) bytes.copy(kept, offset);
    return bytes;
  },
};
const before = [goBinary, rustBinary].map(({ extract }) => extract(recorded));
const after = [goBinary, rustBinary].map(({ extract }) => extract(fileFromBuffer('program', kept, 0o755)));
if (JSON.stringify(before) !== JSON.stringify(after)) throw new Error('the cut program says something else');

const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
writeFileSync(output, brotliCompressSync(kept, { params }));
