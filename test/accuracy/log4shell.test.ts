import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { writeZip } from '../../src/lib/testdata/write-zip.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';
import { dockerArchiveOf, tarOf } from '../support/tar.ts';
import { environment } from './scan.ts';

const root = resolve(import.meta.dirname, '../..');
const excerpt = (name: string) => readFileSync(join(root, 'src/vulnerability/catalogers/testdata/java', name));
const log4jCore = excerpt('log4j-core-2.14.1.jar');
const war = writeZip([{ name: 'WEB-INF/lib/log4j-core-2.14.1.jar', content: log4jCore }]);

/** Where Log4Shell hides, and the place that the report names. */
const hidingPlaces = [
  {
    name: 'a jar',
    path: 'opt/app/lib/log4j-core-2.14.1.jar',
    content: log4jCore,
    place: 'opt/app/lib/log4j-core-2.14.1.jar',
  },
  { name: 'a war', path: 'srv/shop.war', content: war, place: 'srv/shop.war!/WEB-INF/lib/log4j-core-2.14.1.jar' },
  {
    name: 'a jar inside a war inside an ear',
    path: 'srv/shop.ear',
    content: writeZip([{ name: 'web.war', content: war, method: 0 }]),
    place: 'srv/shop.ear!/web.war!/WEB-INF/lib/log4j-core-2.14.1.jar',
  },
  {
    name: 'a shaded jar under another name, its packages moved and its metadata dropped',
    path: 'opt/payments.jar',
    content: excerpt('payments.jar'),
    place: 'opt/payments.jar!/hidden/log/core/lookup/JndiLookup.class',
  },
];

const files = [...hidingPlaces, { path: 'opt/later.jar', content: excerpt('log4j-core-2.21.1-without-maven.jar') }];

describe('Log4Shell', () => {
  let directory = '';
  const reports = new Map<string, Report>();

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'breakwater-log4shell-'));
    const tree = join(directory, 'tree');
    for (const { path, content } of files) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), content);
    }
    const archive = join(directory, 'image.tar');
    writeFileSync(archive, dockerArchiveOf([tarOf(files)]));
    reports.set('a directory', await scan(tree));
    reports.set('an image', await scan(archive));
  });
  after(() => rmSync(directory, { recursive: true }));

  for (const kind of ['a directory', 'an image']) {
    for (const { name, place } of hidingPlaces) {
      test(`is found in ${name} in ${kind}, as known to be exploited and likely to be`, () => {
        const finding = log4shellAt(reports.get(kind), place);

        assert.ok(finding, `a finding at ${place}`);
        assert.equal(finding.severity, 'critical');
        assert.deepEqual(finding.kev, { added: '2021-12-10', due: '2021-12-24', ransomware: true });
        assert.ok(finding.epss && finding.epss.score > 0.9 && finding.epss.percentile > 0.99);
        assert.ok(finding.exploits?.metasploit?.length);
        assert.ok(finding.fixed.includes('2.15.0'));
        const [why] = finding.why;
        assert.deepEqual(
          [why?.source, why?.name, why?.comparisons],
          ['ghsa', 'org.apache.logging.log4j:log4j-core', ['2.14.1 >= 2.13.0', '2.14.1 < 2.15.0']],
        );
      });
    }

    test(`comes first in the report of ${kind}, and is not found in a later version`, () => {
      const report = reports.get(kind)!;

      assert.equal(report.findings[0]?.id, 'CVE-2021-44228');
      assert.equal(report.findings.filter(({ id }) => id === 'CVE-2021-44228').length, hidingPlaces.length);
      assert.ok(report.packages.some(({ name, version }) => name === 'log4j-core' && version === '2.21.0'));
    });
  }
});

async function scan(reference: string): Promise<Report> {
  const args = ['scan', reference, '--format', 'json', '--quiet', '--no-cache'];
  const { stdout } = await promisify(execFile)(join(root, 'bin/breakwater'), args, {
    env: { ...process.env, ...environment },
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(stdout) as Report;
}

function log4shellAt(report: Report | undefined, place: string): Finding | undefined {
  const found = report?.packages.find(
    ({ name, locations }) => name === 'log4j-core' && locations.some(({ path }) => path === place),
  );
  return report?.findings.find((finding) => finding.package === found?.id && finding.id === 'CVE-2021-44228');
}
