import { createHash, hash } from 'node:crypto';
import type { TableFooter } from './manifest.ts';

export interface RowDigest {
  /** Takes the next bytes of a COPY in text, in which a line is a row. */
  readonly update: (chunk: Buffer) => void;
  readonly result: () => TableFooter;
}

const newline = 0x0a;

export function digestRows(): RowDigest {
  const whole = createHash('sha256');
  const sum = new Uint32Array(8);
  let rows = 0;
  let bytes = 0;
  let begun: Buffer[] = [];
  const addRow = (row: Buffer) => {
    const digest = hash('sha256', row, 'buffer');
    for (let lane = 0; lane < sum.length; lane++) sum[lane] = (sum[lane] ?? 0) + digest.readUInt32BE(lane * 4);
    rows += 1;
  };
  return {
    update: (chunk) => {
      whole.update(chunk);
      bytes += chunk.length;
      let from = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
        const rest = chunk.subarray(from, end);
        addRow(begun.length === 0 ? rest : Buffer.concat([...begun, rest]));
        begun = [];
        from = end + 1;
      }
      if (from < chunk.length) begun.push(chunk.subarray(from));
    },
    result: () => ({
      rows,
      bytes,
      sha256: whole.digest('hex'),
      rowSum: [...sum].map((lane) => lane.toString(16).padStart(8, '0')).join(''),
    }),
  };
}
