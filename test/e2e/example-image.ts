import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { gunzipSync } from 'node:zlib';

const packed = new URL('../../docs/examples/alpine-3.10.tar.gz', import.meta.url);

/** A directory that goes with the tests of a file, and in it the example of the documentation as `docker save` wrote it. */
export function unpackExample(): { readonly work: string; readonly archive: string } {
  const work = mkdtempSync(join(tmpdir(), 'breakwater-e2e-'));
  after(() => rmSync(work, { recursive: true, force: true }));
  const archive = join(work, 'alpine.tar');
  writeFileSync(archive, gunzipSync(readFileSync(packed)));
  return { work, archive };
}
