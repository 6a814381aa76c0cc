import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { report } from '../../src/vulnerability/assess.ts';
import { openDatabase } from '../../src/vulnerability/database.ts';
import { createJudge } from '../../src/vulnerability/judge.ts';
import { readSbomFile } from '../../src/vulnerability/sbom/read-sbom-file.ts';
import { versionSchemes } from '../../src/vulnerability/version-schemes/index.ts';

/** Usage: match-sboms.ts DATABASE FOLDER — matches every document of the folder as `breakwater scan sbom:FILE` does. */
const [databasePath = '', folder = ''] = process.argv.slice(2);
const start = performance.now();
const database = openDatabase(databasePath);
const judge = createJudge(database, versionSchemes);
let packages = 0;
let findings = 0;
for (const name of readdirSync(folder)) {
  const path = join(folder, name);
  const { image, inventory } = readSbomFile({ kind: 'sbom', reference: path, path });
  const made = report(image, inventory, database, judge, { scannerVersion: '0' });
  findings += made.findings.length;
  packages += made.packages.length;
}
const ms = performance.now() - start;
database.close();
if (findings === 0) throw new Error('nothing was found, so nothing was matched');
process.stdout.write(JSON.stringify({ ms, packages, findings }));
