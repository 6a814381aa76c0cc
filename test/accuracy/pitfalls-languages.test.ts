import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { writeZip } from '../../src/lib/testdata/write-zip.ts';
import { assembleElf } from '../support/assemble-elf.ts';
import { findingsOf, flawsOf, packagesOf, problemCodes, scannedImage, scannedPurls, scannedTree } from './scan.ts';

// Where matchers of languages' packages and of programs go wrong. Distributions: pitfalls.test.ts.

const samples = resolve(import.meta.dirname, '../../src/vulnerability/catalogers/testdata');
const goProgram = (name: string) => brotliDecompressSync(readFileSync(join(samples, 'go-binary', `${name}.br`)));
const jar = (name: string) => readFileSync(join(samples, 'java', name));

const npm = (name: string, version: string) => JSON.stringify({ name, version });
const python = (name: string, version: string) => `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;

describe('Go', () => {
  test("the standard library is matched by the tool chain's version, and a module by its whole path", async () => {
    const report = await scannedTree({ 'usr/bin/buf': goProgram('buf-1.28.1') });

    assert.ok(packagesOf(report, 'golang').includes('stdlib 1.21.4'));
    const flaws = findingsOf(report, 'stdlib');
    assert.ok(flaws.some(({ id }) => id === 'CVE-2023-45288'));
    assert.ok(flaws.every(({ why }) => why.every(({ name, version }) => name === 'stdlib' && version === '1.21.4')));
    const [v5, v0] = await Promise.all([
      scannedPurls('pkg:golang/github.com/go-git/go-git/v5@v5.4.2'),
      scannedPurls('pkg:golang/github.com/go-git/go-git@v5.4.2'),
    ]);
    assert.ok(v5.findings.some(({ id }) => id === 'CVE-2023-49569'));
    assert.ok(!v0.findings.some(({ id }) => id === 'CVE-2023-49569'));
  });

  test('a main module without a version is listed, not matched, and that is said', async () => {
    const report = await scannedTree({ 'usr/bin/buf': goProgram('buf-1.28.1') });

    const main = report.packages.find(({ name }) => name === 'buf');
    assert.equal(main?.version, '');
    assert.deepEqual(flawsOf(report, 'github.com/bufbuild/buf'), []);
    assert.equal(problemCodes(report).filter((code) => code === 'version-unresolved').length, 1);
  });

  test('of a replaced module the replacement counts', async () => {
    const report = await scannedTree({ 'usr/bin/relay': goProgram('relay') });

    assert.deepEqual(packagesOf(report, 'golang'), [
      'example.org/relay ',
      // Replaced by a directory.
      'example.org/shim ',
      // Replaced by this fork.
      'github.com/containous/mux v0.0.0-20220627093034-b2dd784e613f',
      'github.com/pkg/errors v0.9.1',
      'stdlib 1.15.15',
    ]);
    assert.deepEqual(flawsOf(report, 'example.org/shim'), []);
  });

  test('a flaw of another operating system is not one of this program', async () => {
    const report = await scannedTree({ 'usr/bin/turbo': goProgram('turbo-1.4.0-linux') });
    const windows = await scannedTree({ 'usr/bin/turbo.exe': goProgram('turbo-1.4.0-windows') });

    // GO-2026-5024 lies in golang.org/x/sys/windows.
    assert.ok(!flawsOf(report, 'golang.org/x/sys').includes('CVE-2026-39824'));
    assert.ok(flawsOf(windows, 'golang.org/x/sys').includes('CVE-2026-39824'));
  });
});

describe('Java', () => {
  test('without a group no artifact is matched by its name alone, and that is said', async () => {
    const archive = writeZip([{ name: 'META-INF/MANIFEST.MF', content: 'Manifest-Version: 1.0\r\n\r\n' }]);

    const report = await scannedTree({ 'opt/lib/jenkins-core-2.100.jar': archive });

    assert.deepEqual(report.findings, []);
    assert.ok(problemCodes(report).includes('name-incomplete'));
  });

  test('a shaded library keeps its own coordinates beside those it was shaded into', async () => {
    const report = await scannedTree({ 'opt/hadoop.jar': jar('hadoop-shaded-guava-1.1.0-SNAPSHOT.jar') });

    assert.ok(packagesOf(report, 'maven').includes('org.apache.hadoop.thirdparty:hadoop-shaded-guava 1.1.0-SNAPSHOT'));
    assert.deepEqual(flawsOf(report, 'org.apache.hadoop.thirdparty:hadoop-shaded-guava'), []);
  });

  const qualifiers = [
    ['com.google.guava/guava@31.1-jre', 'CVE-2023-2976', true],
    ['com.google.guava/guava@32.0.0-android', 'CVE-2023-2976', false],
    ['com.google.guava/guava@32.0.0-jre', 'CVE-2023-2976', false],
    ['org.springframework/spring-beans@5.2.19.RELEASE', 'CVE-2022-22965', true],
    ['org.springframework/spring-beans@5.2.20.RELEASE', 'CVE-2022-22965', false],
    ['org.apache.logging.log4j/log4j-core@2.0-beta8', 'CVE-2021-44228', false],
    ['org.apache.logging.log4j/log4j-core@2.0-beta9', 'CVE-2021-44228', true],
    ['org.hibernate/hibernate-core@5.4.24.Final', 'CVE-2020-25638', false],
  ] as const;
  for (const [purl, flaw, isAffected] of qualifiers) {
    test(`${purl} has ${isAffected ? '' : 'not '}${flaw}`, async () => {
      const report = await scannedPurls(`pkg:maven/${purl}`);

      assert.equal(
        report.findings.some(({ id }) => id === flaw),
        isAffected,
      );
    });
  }
});

describe('Node.js', () => {
  test('a scope is part of the name', async () => {
    const report = await scannedTree({
      'app/node_modules/@types/lodash/package.json': npm('@types/lodash', '4.14.0'),
      'app/node_modules/lodash/package.json': npm('lodash', '4.17.11'),
    });

    assert.deepEqual(flawsOf(report, '@types/lodash'), []);
    assert.ok(flawsOf(report, 'lodash').includes('CVE-2019-10744'));
  });

  test('test fixtures, stubs and compiled copies inside a package are not packages', async () => {
    const report = await scannedTree({
      'app/node_modules/resolve/package.json': npm('resolve', '1.20.0'),
      'app/node_modules/resolve/test/resolver/multirepo/packages/package-a/package.json': npm('minimist', '0.0.8'),
      'app/node_modules/next/package.json': npm('next', '12.0.0'),
      'app/node_modules/next/dist/compiled/ws/package.json': '{"name":"ws","main":"index.js"}',
      'app/node_modules/rxjs/ajax/package.json': '{"name":"rxjs/ajax","main":"../index.js"}',
      'app/example/package.json': npm('lodash', '4.17.11'),
    });

    assert.deepEqual(packagesOf(report, 'npm'), ['next 12.0.0', 'resolve 1.20.0']);
  });

  test('withdrawn and duplicate advisories are not told', async () => {
    const report = await scannedTree({
      'app/node_modules/lodash/package.json': npm('lodash', '4.17.21'),
      'app/node_modules/minimist/package.json': npm('minimist', '1.2.0'),
      'app/node_modules/jquery/package.json': npm('jquery', '3.3.1'),
    });

    assert.ok(!flawsOf(report, 'lodash').includes('CVE-2021-41720'));
    assert.ok(!report.findings.some(({ id, aliases }) => [id, ...aliases].includes('GHSA-7fhm-mqm4-2wp7')));
    assert.ok(flawsOf(report, 'minimist').includes('CVE-2020-7598'));
    assert.ok(flawsOf(report, 'jquery').includes('CVE-2020-11023'));
    assert.ok(!flawsOf(report, 'jquery').includes('CVE-2020-23064'));
  });

  test('one flaw under several ids is one finding with every source that tells of it', async () => {
    const report = await scannedTree({ 'app/node_modules/lodash/package.json': npm('lodash', '4.17.11') });

    const told = report.findings.filter(({ id, aliases }) => [id, ...aliases].includes('GHSA-jf85-cpcp-j695'));
    assert.equal(told.length, 1);
    assert.equal(told[0]?.id, 'CVE-2019-10744');
    assert.deepEqual(told[0]?.why.map(({ source }) => source).sort(), ['ghsa', 'retirejs']);
  });

  test('a lock file in an image says what might be installed, and is not read; in a directory it is', async () => {
    const content = JSON.stringify({
      name: 'app',
      lockfileVersion: 3,
      packages: { 'node_modules/lodash': { version: '4.17.11' } },
    });
    const [image, directory] = await Promise.all([
      scannedImage([
        { path: 'app/package-lock.json', content },
        { path: 'app/Cargo.lock', content: '[[package]]\nname = "ammonia"\nversion = "1.9.0"\n' },
      ]),
      scannedTree({ 'app/package-lock.json': content }),
    ]);

    assert.deepEqual(image.packages, []);
    assert.deepEqual(problemCodes(image), ['no-packages']);
    assert.deepEqual(packagesOf(directory, 'npm'), ['lodash 4.17.11']);
    assert.equal(directory.packages[0]?.evidence, 'lock-file');
  });
});

describe('Python', () => {
  test('names are compared as the index does, and local versions belong to their release', async () => {
    const site = 'usr/lib/python3.11/site-packages';
    const report = await scannedTree({
      [`${site}/Jinja2-3.0.0.dist-info/METADATA`]: python('Jinja2', '3.0.0'),
      [`${site}/Zope.Interface_x.dist-info/METADATA`]: python('python_multipart', '0.0.6'),
      [`${site}/torch-1.13.0+cu117.dist-info/METADATA`]: python('torch', '1.13.0+cu117'),
    });

    assert.deepEqual(packagesOf(report, 'pypi'), ['jinja2 3.0.0', 'python-multipart 0.0.6', 'torch 1.13.0+cu117']);
    assert.ok(flawsOf(report, 'jinja2').includes('CVE-2024-22195'));
    assert.ok(flawsOf(report, 'python-multipart').includes('CVE-2024-24762'));
    assert.ok(flawsOf(report, 'torch').includes('CVE-2025-32434'));
  });

  const versions = [
    ['urllib3@1!1.26.4', 'CVE-2021-33503', false],
    ['urllib3@1.26.4', 'CVE-2021-33503', true],
    ['urllib3@1.26.5.dev1', 'CVE-2021-33503', true],
    ['urllib3@1.26.5.post1', 'CVE-2021-33503', false],
    ['django@3.2rc1', 'CVE-2021-35042', false],
  ] as const;
  for (const [purl, flaw, isAffected] of versions) {
    test(`${purl} has ${isAffected ? '' : 'not '}${flaw}`, async () => {
      const report = await scannedPurls(`pkg:pypi/${purl}`);

      assert.equal(
        report.findings.some(({ id }) => id === flaw),
        isAffected,
      );
    });
  }
});

describe('Ruby, PHP, .NET', () => {
  test('a gem built for a platform has the version of the gem', async () => {
    const report = await scannedTree({
      'usr/lib/ruby/gems/3.1.0/specifications/nokogiri-1.13.0-x86_64-linux.gemspec':
        'Gem::Specification.new do |s|\n  s.name = "nokogiri".freeze\n  s.version = "1.13.0"\n  s.platform = "x86_64-linux".freeze\nend\n',
    });

    assert.deepEqual(packagesOf(report, 'gem'), ['nokogiri 1.13.0']);
    assert.ok(flawsOf(report, 'nokogiri').includes('CVE-2022-24836'));
  });

  test('Composer and NuGet do not tell upper from lower case', async () => {
    const [composer, nuget] = await Promise.all([
      scannedPurls('pkg:composer/GuzzleHTTP/PSR7@1.8.3'),
      scannedPurls('pkg:nuget/newtonsoft.JSON@12.0.3'),
    ]);

    assert.ok(composer.findings.some(({ id }) => id === 'CVE-2022-24775'));
    assert.ok(nuget.findings.some(({ id }) => id === 'CVE-2024-21907'));
  });

  test('of an application for .NET only what it brings along is listed', async () => {
    const dependencies = {
      runtimeTarget: { name: '.NETCoreApp,Version=v6.0' },
      targets: {
        '.NETCoreApp,Version=v6.0': {
          'shop/1.0.0': { runtime: { 'shop.dll': {} } },
          'Newtonsoft.Json/12.0.3': { runtime: { 'lib/netstandard2.0/Newtonsoft.Json.dll': {} } },
          'System.Text.Encodings.Web/4.5.0': { compile: { 'ref/netstandard2.0/System.Text.Encodings.Web.dll': {} } },
        },
      },
      libraries: {
        'shop/1.0.0': { type: 'project' },
        'Newtonsoft.Json/12.0.3': { type: 'package' },
        'System.Text.Encodings.Web/4.5.0': { type: 'package' },
      },
    };

    const report = await scannedTree({ 'app/shop.deps.json': JSON.stringify(dependencies) });

    assert.ok(flawsOf(report, 'Newtonsoft.Json').includes('CVE-2024-21907'));
    assert.deepEqual(flawsOf(report, 'System.Text.Encodings.Web'), []);
    const shipped = await scannedPurls('pkg:nuget/System.Text.Encodings.Web@4.5.0');
    assert.ok(shipped.findings.some(({ id }) => id === 'CVE-2021-26701'));
  });
});

describe('programs', () => {
  test('a program that no package owns is matched; one that a distribution patches is left to the distribution', async () => {
    const openssl = assembleElf([{ name: '.rodata', content: Buffer.from('\0OpenSSL 1.1.1k  25 Mar 2021\0') }]);
    const status = 'Package: openssl\nStatus: install ok installed\nArchitecture: amd64\nVersion: 99-1\n';
    const own = { path: 'usr/bin/openssl', content: openssl, mode: 0o755 };
    const distribution = [
      { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' },
      { path: 'var/lib/dpkg/status', content: status },
      { path: 'var/lib/dpkg/info/openssl.list', content: '/.\n/usr/bin/openssl\n' },
    ];
    const [alone, owned] = await Promise.all([scannedImage([own]), scannedImage([...distribution, own])]);

    assert.ok(flawsOf(alone, 'openssl').includes('CVE-2023-3446'));
    assert.deepEqual(owned.findings, []);
    assert.equal(owned.packages.find(({ type }) => type === 'generic')?.owner.kind, 'os-package');
  });

  test('Java counts its updates in two ways that mean the same', async () => {
    const release = (version: string) => `IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="${version}"\n`;
    const report = await scannedTree({
      'opt/8/release': release('1.8.0_312'),
      'opt/17/release': release('17.0.9'),
    });

    const flaws = (version: string) => report.findings.filter(({ installed }) => installed === version);
    const of8 = flaws('1.8.0_312').find(({ id }) => id === 'CVE-2023-21930');
    assert.deepEqual(of8?.why[0]?.comparisons, ['1.8.0_312 < 1.8.0_372']);
    assert.ok(flaws('17.0.9').some(({ id }) => id === 'CVE-2024-20918'));
    // Fixed in 3.1.25, which is 1.3.1_25: older than 1.8.
    assert.ok(!flaws('1.8.0_312').some(({ id }) => id === 'CVE-2009-1103'));
  });

  test("an image's own package list adds what it knows, and nothing twice", async () => {
    const content = readFileSync(join(samples, 'embedded-sbom/postgresql.spdx.json'), 'utf8');
    const report = await scannedTree({ 'opt/bitnami/postgresql/.spdx-postgresql.spdx': content });

    const purls = report.packages.map(({ purl, locations }) => `${purl} ${locations[0]?.path}`);
    assert.ok(report.packages.some(({ type, name }) => type === 'bitnami' && name === 'postgresql'));
    assert.equal(new Set(purls).size, purls.length);
  });
});
