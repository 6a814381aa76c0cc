/**
 * Makes test data of known programs: the bytes around the place where each states its version.
 * `tools/node tools/cut-version-samples.ts OUTPUT.json < LIST`, one `PROGRAM<tab>PATH IN IMAGE<tab>ORIGIN` a line.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileFromBuffer } from '../src/images/source-file.ts';
import { readObjectFile } from '../src/lib/read-object-file.ts';
import { binaryClassifiers } from '../src/vulnerability/catalogers/known-binaries/binaries.data.ts';
import type { Search } from '../src/vulnerability/catalogers/known-binaries/classifier.ts';
import { findVersion } from '../src/vulnerability/catalogers/known-binaries/search.ts';

const marginBytes = 8;

const [output] = process.argv.slice(2);
if (!output) throw new Error('usage: cut-version-samples.ts OUTPUT.json < LIST');

const samples = readFileSync(0, 'utf8')
  .split('\n')
  .filter(Boolean)
  .flatMap((line) => {
    const [program = '', path = '', origin = ''] = line.split('\t');
    const samplesOfFile = cut(readFileSync(program), path, origin);
    if (samplesOfFile.length === 0) throw new Error(`${program} states no version`);
    return samplesOfFile;
  });
writeFileSync(output, `[\n${samples.map((sample) => JSON.stringify(sample)).join(',\n')}\n]\n`);

function cut(content: Buffer, path: string, origin: string) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const file = fileFromBuffer(path, content, 0o755);
  const object = readObjectFile(file);
  if (!object) throw new Error(`${path} is no program`);
  return binaryClassifiers.flatMap(({ id, files, searches }) => {
    const match = files.exec(name);
    const series = match?.groups?.series;
    for (const search of match ? searches : []) {
      const version = findVersion(file, object, search, series);
      const bytes = version && around(content, search, version, series);
      if (bytes) return [{ path, origin, id, version, bytes: bytes.toString('base64') }];
    }
    return [];
  });
}

function around(content: Buffer, search: Search, version: string, series: string | undefined): Buffer | undefined {
  const anchor = Buffer.from(search.anchor.replace('{series}', series ?? ''), 'latin1');
  const { before = 0, after = 0 } = search;
  for (let at = content.indexOf(anchor); at >= 0; at = content.indexOf(anchor, at + 1)) {
    const end = at + anchor.length + after;
    const text = content.toString('latin1', Math.max(0, at - before), end);
    if (search.pattern.exec(text)?.groups?.version === version)
      return content.subarray(Math.max(0, at - before - marginBytes), end + marginBytes);
  }
  return undefined;
}
