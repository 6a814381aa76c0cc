import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, it, type TestContext } from 'node:test';
import { openDatabase, type VulnerabilityDatabase } from '../../src/vulnerability/database.ts';
import { knownProducts } from '../../src/vulnerability/known-products.ts';
import { compareStatements } from './compare.ts';
import { almalinuxReading } from './sources/almalinux.ts';
import { alpineReading } from './sources/alpine.ts';
import { azurelinuxReading } from './sources/azurelinux.ts';
import { debianReading } from './sources/debian.ts';
import { rawFacts } from './sources/enrichments.ts';
import { friendsofphpReading } from './sources/friendsofphp.ts';
import { ghsaReading } from './sources/ghsa.ts';
import { jenkinsReading } from './sources/jenkins.ts';
import { nodeCoreReading, nodeSecurityReading } from './sources/node.ts';
import { nvdReading } from './sources/nvd.ts';
import { bitnamiReading, golangReading, type Reading, rustsecReading } from './sources/osv-json.ts';
import { pypiReading } from './sources/pypi.ts';
import { retirejsReading } from './sources/retirejs.ts';
import { rubysecReading } from './sources/rubysec.ts';

const root = join(import.meta.dirname, '../..');
const data = join(process.env.BREAKWATER_DATA ?? '', 'advisories');
const skip =
  process.env.BREAKWATER_DATA === undefined
    ? 'BREAKWATER_DATA is not set'
    : existsSync(data)
      ? false
      : `${data} is missing`;

/** What a source says, read from its raw files apart from the product, and where the two differ for a reason. */
interface Proof {
  readonly read: (data: string) => Reading;
  /** Withdrawn records aside: statements of one record about one package, and versions that they affect among those asked for. */
  readonly statements: number;
  readonly affected: number;
  /** Records whose source is odd, each with why the product's answer is kept. */
  readonly odd?: Readonly<Record<string, string>>;
}

const proofs: Readonly<Record<string, Proof>> = {
  pypi: { read: pypiReading, statements: 6_812, affected: 891_950 },
  golang: {
    read: golangReading,
    statements: 6_106,
    affected: 389_276,
    odd: {
      'GO-2025-3437': 'The product’s range ends before the module’s begins: kept as uncertain.',
      'GO-2025-3540': 'Begins at 9.6.0b1, which is no version of a Go module.',
    },
  },
  rustsec: { read: rustsecReading, statements: 1_193, affected: 13_143 },
  bitnami: {
    read: bitnamiReading,
    statements: 7_434,
    affected: 1_472_343,
    odd: {
      'BIT-sass-2022-43357': 'Ends before it begins, where 3.6.5-8-g210218 comes after 3.6.5 as its maker means it.',
      'BIT-sass-2022-43358': 'The same.',
      'BIT-sass-2022-26592': 'The same version once more.',
      'BIT-tomcat-2020-8022': 'Ends at 9.0.35-3.57.3, a package of SUSE, which comes after 9.0.35.',
      'BIT-tomcat-2022-23181': 'Asked for that package.',
      ...Object.fromEntries(
        [54996, 54997, 54998, 54999, 55000, 55001, 55003].map((number) => [
          `BIT-openbao-2025-${number}`,
          'Ends at a commit after 0.0.0, which never was released.',
        ]),
      ),
    },
  },
  rubysec: { read: rubysecReading, statements: 1_395, affected: 76_648 },
  friendsofphp: { read: friendsofphpReading, statements: 1_592, affected: 135_939 },
  ghsa: { read: ghsaReading, statements: 11_236, affected: 372_900 },
  retirejs: { read: retirejsReading, statements: 458, affected: 15_634 },
  'node-core': { read: nodeCoreReading, statements: 171, affected: 7_546 },
  'node-security': { read: nodeSecurityReading, statements: 467, affected: 1_723 },
  jenkins: { read: jenkinsReading, statements: 1_511, affected: 5_338 },
  nvd: {
    read: (folder) => nvdReading(folder, knownProducts()),
    statements: 4_656,
    affected: 942_025,
    odd: {
      'CVE-2025-62506':
        'Ends at release.2025-10-15t17-29-55z: MinIO numbers releases by day, and every 0.0.x is older.',
      'CVE-2026-33419': 'The same.',
      'CVE-2026-34204': 'The same.',
      'CVE-2026-52797': 'Asked for 0.14.0+dev, where what follows a + does not count.',
      'CVE-2025-64111': 'Ends at 0.14.0+dev.',
      'CVE-2025-64175': 'The same.',
      'CVE-2025-68388': 'Ends at the commit of a pre-release, 7.0.0-alpha2.0.20251209162832-28cfc80d2f4e.',
      'CVE-2026-26931': 'The same.',
    },
  },
  alpine: { read: alpineReading, statements: 54_024, affected: 771_246 },
  debian: { read: debianReading, statements: 9_049, affected: 323_391 },
  azurelinux: { read: azurelinuxReading, statements: 6_951, affected: 186_728 },
  almalinux: {
    read: almalinuxReading,
    statements: 47_187,
    affected: 435_433,
    odd: {
      'ALSA-2024:4246': 'Names container-tools without its stream, which the builds beside tell.',
      'ALSA-2024:4367': 'Names no module at all: compared in every stream.',
    },
  },
};

/** What `db build` prints, and how it comes from the numbers of files and lines. */
const counts: Readonly<Record<string, readonly [records: number, advisories: number | undefined, problems: number]>> = {
  // Lines of `secfixes`, in the branches up to 3.8 of 2020 and the newer ones of aports.
  alpine: [54_184, 10_028, 13],
  debian: [3_591, 5_177, 0],
  // 3,237, 1,783 and 660 errata.
  almalinux: [5_680, 16_411, 1],
  // 2,266, 2,252 and 2,436 definitions.
  azurelinux: [6_954, 6_951, 3],
  golang: [4_291, undefined, 0],
  pypi: [7_080, undefined, 18],
  rustsec: [1_206, undefined, 0],
  // 1,234 of gems, 147 of interpreters.
  rubysec: [1_381, undefined, 0],
  // One of 1,593 files is a workflow of the repository.
  friendsofphp: [1_592, undefined, 0],
  // 8,298 ranges of Maven, 4,414 of npm, 2,348 of NuGet.
  ghsa: [15_060, 9_372, 0],
  'ghsa-index': [21_313, undefined, 0],
  retirejs: [723, 458, 3],
  // One of 172 files is an index, as is one of 468.
  'node-core': [171, 186, 0],
  'node-security': [467, 477, 1],
  bitnami: [7_444, undefined, 2],
  jenkins: [1_511, undefined, 0],
  // One of 32,185 files is the schema.
  nvd: [32_184, 15_607, 116],
  kev: [1_674, undefined, 0],
  epss: [360_142, undefined, 0],
  // 2,638 with two ids of examples.
  metasploit: [2_636, undefined, 0],
  // 167,093 with those that only mention the CVE.
  poc: [96_480, undefined, 0],
  vulnrichment: [44_130, undefined, 0],
  'end-of-life': [464, undefined, 0],
};

describe('What the sources say comes out of a scan', { skip }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'round-trip-'));
  const path = join(directory, 'built.db');
  const shuffled = join(directory, 'shuffled.db');
  let printed = '';
  let database: VulnerabilityDatabase;
  before(async () => {
    const elsewhere = { ...process.env, TZ: 'Asia/Kolkata', LC_ALL: 'tr_TR.UTF-8' };
    [printed] = await Promise.all([
      run(join(root, 'bin/breakwater'), ['db', 'build', '--data', data, '--output', path], process.env),
      run(process.execPath, [join(import.meta.dirname, 'build-shuffled.ts'), data, shuffled], elsewhere),
    ]);
    database = openDatabase(path);
  });
  after(() => {
    database?.close();
    rmSync(directory, { recursive: true });
  });

  it('is built to the same bytes in another place, time zone and language, from folders in another order', () => {
    const [here, there] = [path, shuffled].map((file) => createHash('sha256').update(readFileSync(file)).digest('hex'));

    assert.equal(here, there);
  });

  it('counts what the sources hold', () => {
    const lines = printed.matchAll(
      /^([a-z-]+) +\d{4}-\d\d-\d\d +(\d+) records +(\d+) problems(?:.*?\((\d+) advisories)?/gm,
    );
    const told = Array.from(lines, ([, id, records, problems, advisories]) => [
      id,
      [Number(records), advisories === undefined ? undefined : Number(advisories), Number(problems)],
    ]);

    assert.deepEqual(Object.fromEntries(told), counts);
  });

  for (const [source, { read, odd = {}, ...expected }] of Object.entries(proofs)) {
    it(`${source}: every version beside a bound, and every listed one, is judged as the record says`, (test) => {
      const { statements } = read(data);
      const { differences, versions, ...found } = compareStatements(statements, database);

      test.diagnostic(`${statements.length} statements, ${versions} versions, ${found.affected} affected`);
      const unexplained = differences.filter(({ record }) => !Object.hasOwn(odd, record));
      assert.deepEqual(unexplained.slice(0, 20), []);
      assert.deepEqual(new Set(differences.map(({ record }) => record)), new Set(Object.keys(odd)), 'what is odd');
      assert.deepEqual(found, expected);
    });
  }

  it('pypi: all versions of all records were asked for', () => {
    const { records, withdrawn, listed } = pypiReading(data);

    // 588,814 with those of the withdrawn records.
    assert.deepEqual({ records, withdrawn, listed }, { records: 7_080, withdrawn: 269, listed: 579_429 });
  });

  it('facts about CVEs are those of their sources', (test) => checkFacts(database, path, test));
});

/** Five hundred CVEs of the database, and as many of those of which CISA says something. */
function checkFacts(database: VulnerabilityDatabase, path: string, test: TestContext): void {
  const file = new DatabaseSync(path, { readOnly: true });
  const every = (sql: string) =>
    file
      .prepare(sql)
      .all()
      .map(({ id }) => String(id));
  const known = every("SELECT id FROM flaw_id WHERE id LIKE 'CVE-%' ORDER BY id");
  const scored = every("SELECT printf('CVE-%d-%04d', cve / 1000000000, cve % 1000000000) AS id FROM ssvc ORDER BY cve");
  file.close();
  const rawOf = rawFacts(data);
  const seen = { epss: 0, kev: 0, exploits: 0, vectors: 0, ssvc: 0, cwe: 0 };
  for (const cve of new Set([...sample(known), ...sample(scored), ...kevSample(known, rawOf)])) {
    const raw = rawOf(cve);
    const { epss, kev, exploits, cvss = [], ssvc, cwe = [] } = database.factsOf(cve);
    assert.deepEqual(
      epss && [epss.score, epss.percentile],
      raw.epss?.map((share) => Math.round(share * 1e5) / 1e5),
      cve,
    );
    assert.deepEqual(kev, raw.kev, cve);
    assert.deepEqual([exploits?.github ?? 0, exploits?.exploitDb ?? 0], [raw.github, raw.exploitDb], cve);
    assert.equal(exploits?.metasploit?.length ?? 0, raw.metasploit.length, cve);
    // Other sources' vectors stand beside CISA's.
    const vectors = new Set(cvss.map(({ vector }) => vector));
    assert.deepEqual(
      raw.vectors.filter((vector) => !vectors.has(vector)),
      [],
      cve,
    );
    assert.deepEqual(ssvc && [ssvc.exploitation, ssvc.automatable, ssvc.technicalImpact], raw.ssvc, cve);
    assert.deepEqual([...cwe].sort(), [...raw.cwe].sort(), cve);
    seen.epss += Number(raw.epss !== undefined);
    seen.kev += Number(raw.kev !== undefined);
    seen.exploits += Number(raw.github + raw.exploitDb + raw.metasploit.length > 0);
    seen.vectors += raw.vectors.length;
    seen.ssvc += Number(raw.ssvc !== undefined);
    seen.cwe += raw.cwe.length;
  }
  test.diagnostic(JSON.stringify(seen));
  for (const [fact, count] of Object.entries(seen)) assert.ok(count > 100, `${fact}: ${count}`);
}

/** Every so many, so that a failure comes again. */
function sample(ids: readonly string[], count = 500): string[] {
  const step = ids.length / count;
  return Array.from({ length: count }, (_, at) => ids[Math.floor(at * step)] ?? '');
}

function kevSample(ids: readonly string[], rawOf: (cve: string) => { readonly kev?: unknown }): string[] {
  return sample(ids, 20_000).filter((cve) => rawOf(cve).kev !== undefined);
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${command} ended with ${code}: ${text}`)),
    );
  });
}
