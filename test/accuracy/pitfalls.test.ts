import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findingsOf, flawsOf, packagesOf, problemCodes, scannedImage, scannedPurls, scannedTree } from './scan.ts';

// Where matchers of distributions' packages go wrong. Languages: pitfalls-languages.test.ts.

const bookworm = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n';
const alpine = (release: string) => `ID=alpine\nVERSION_ID=${release}\nPRETTY_NAME="Alpine Linux v${release}"\n`;

function deb(name: string, version: string, fields: Readonly<Record<string, string>> = {}): string {
  const lines = { Package: name, Status: 'install ok installed', Architecture: 'amd64', Version: version, ...fields };
  return `${Object.entries(lines)
    .map((line) => line.join(': '))
    .join('\n')}\n`;
}

const apk = (name: string, version: string, origin = name) => `P:${name}\nV:${version}\nA:x86_64\no:${origin}\n`;

const debian = (...packages: readonly string[]) => ({
  'etc/os-release': bookworm,
  'var/lib/dpkg/status': packages.join('\n'),
});

describe('Debian', () => {
  test('advisories speak of source packages: a library is found by the name and version of its source', async () => {
    const report = await scannedTree(
      debian(
        deb('libssl3', '3.0.20-1~deb12u2', { Source: 'openssl' }),
        // Only the binary package has an epoch; by its own version it would be newer than every fix.
        deb('bsdutils', '1:2.38.1-5', { Source: 'util-linux (2.38.1-5)' }),
      ),
    );

    assert.ok(flawsOf(report, 'libssl3').length >= 10);
    const [finding] = findingsOf(report, 'bsdutils').filter(({ id }) => id === 'CVE-2024-28085');
    assert.deepEqual(finding?.why[0]?.comparisons, ['2.38.1-5 < 2.38.1-5+deb12u1']);
  });

  test('a package with the fix is clean, however the version goes on', async () => {
    const report = await scannedTree(
      debian(
        deb('util-linux', '2.38.1-5+deb12u1'),
        deb('mount', '2.38.1-5+deb12u3+b1', { Source: 'util-linux (2.38.1-5+deb12u3)' }),
      ),
    );

    assert.deepEqual(report.findings, []);
  });

  test('header files of the kernel do not have the flaws of the kernel', async () => {
    const report = await scannedImage([
      { path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="11"\n' },
      {
        path: 'var/lib/dpkg/status',
        content: [
          deb('linux-libc-dev', '5.10.197-1', { Source: 'linux' }),
          deb('zlib1g', '1:1.2.11.dfsg-2', { Source: 'zlib' }),
        ].join('\n'),
      },
    ]);

    assert.deepEqual(flawsOf(report, 'linux-libc-dev'), []);
    assert.ok(problemCodes(report).includes('kernel-headers'));
    const headers = await scannedPurls(
      'pkg:rpm/almalinux/kernel-headers@4.18.0-80.el8?arch=x86_64&distro=almalinux-8.9',
    );
    assert.deepEqual(headers.findings, []);
    const kernel = await scannedPurls('pkg:rpm/almalinux/kernel-core@4.18.0-80.el8?arch=x86_64&distro=almalinux-8.9');
    assert.ok(kernel.findings.length > 50);
  });

  test('a package from elsewhere is not judged by the distribution, and that is said', async () => {
    const report = await scannedTree(
      debian(deb('nodejs', '18.0.0-1nodesource1', { Maintainer: 'Ivan <ivan@nodesource.com>' })),
    );

    assert.deepEqual(packagesOf(report, 'deb'), ['nodejs 18.0.0-1nodesource1']);
    assert.deepEqual(report.findings, []);
    assert.ok(problemCodes(report).includes('third-party-package'));
  });

  test('what a package of the distribution installed is judged by the distribution; what others installed is not', async () => {
    const metadata = 'Metadata-Version: 2.1\nName: Django\nVersion: 3.2.19\n';
    const owned = 'usr/lib/python3/dist-packages/Django-3.2.19.egg-info/PKG-INFO';
    const report = await scannedTree({
      ...debian(deb('python3-django', '3:3.2.19-1+deb12u99', { Source: 'python-django' })),
      'var/lib/dpkg/info/python3-django.list': `/.\n/${owned}\n`,
      [owned]: metadata,
      'opt/venv/lib/python3.11/site-packages/Django-3.2.19.dist-info/METADATA': metadata,
    });

    const places = findingsOf(report, 'django').map(
      (finding) => report.packages.find(({ id }) => id === finding.package)?.locations[0]?.path,
    );
    assert.deepEqual([...new Set(places)], ['opt/venv/lib/python3.11/site-packages/Django-3.2.19.dist-info/METADATA']);
    const known = report.packages.find(({ locations }) => locations[0]?.path === owned);
    assert.equal(known?.owner.kind, 'os-package');
  });

  test('ownership follows merged directories, and a source package without advisories leaves the finding, with a note', async () => {
    const jar = 'usr/lib/python3/dist-packages/Pillow-9.0.0.dist-info/METADATA';
    const report = await scannedImage([
      { path: 'etc/os-release', content: bookworm },
      { path: 'var/lib/dpkg/status', content: deb('python3-homemade', '1.0-1', { Source: 'homemade' }) },
      {
        path: 'var/lib/dpkg/info/python3-homemade.list',
        content: `/.\n/lib/python3/dist-packages/Pillow-9.0.0.dist-info/METADATA\n`,
      },
      { path: 'lib', type: '2', link: 'usr/lib' },
      { path: jar, content: 'Metadata-Version: 2.1\nName: Pillow\nVersion: 9.0.0\n' },
    ]);

    const notes = findingsOf(report, 'pillow').flatMap(({ why }) => why.flatMap((reason) => reason.notes ?? []));
    assert.ok(notes.length > 0);
    assert.ok(
      notes.every((note) =>
        note.startsWith('Installed by python3-homemade 1.0-1, for which no distribution advisories'),
      ),
    );
  });

  test('images without a package database: what is there is found by itself', async () => {
    const report = await scannedTree({
      'etc/os-release': bookworm,
      'var/lib/dpkg/status.d/libssl3': deb('libssl3', '3.0.20-1~deb12u2', { Source: 'openssl' }),
    });

    assert.ok(flawsOf(report, 'libssl3').length >= 10);
  });
});

describe('Alpine', () => {
  test('a fix in version "0" means that the package never had the flaw', async () => {
    const report = await scannedTree({
      'etc/os-release': alpine('3.17.0'),
      'lib/apk/db/installed': [
        apk('openssl1.1-compat', '1.1.1q-r0'),
        apk('openssl', '3.0.0-r0'),
        apk('memcached', '1.0.0-r0'),
      ].join('\n'),
    });

    const flaws = flawsOf(report, 'memcached');
    assert.ok(!flaws.includes('CVE-2022-26635'));
    assert.ok(!flawsOf(report, 'openssl1.1-compat').includes('CVE-2022-1292'));
    assert.ok(flawsOf(report, 'openssl').includes('CVE-2022-3786'));
  });

  test('ids are plain even where the package says more behind them', async () => {
    const report = await scannedTree({
      'etc/os-release': alpine('3.10.4'),
      'lib/apk/db/installed': ['openssl', 'nodejs', 'xen', 'bind', 'samba']
        .map((name) => apk(name, '0.0.1-r0'))
        .join('\n'),
    });

    assert.ok(report.findings.length > 100);
    assert.deepEqual(
      report.findings
        .map(({ id }) => id)
        .filter((id) => !/^(CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3}|XSA-\d+|[A-Z]+-[\w-]+)$/.test(id)),
      [],
    );
  });

  test('edge is a stream of its own, whatever release it calls itself', async () => {
    const report = await scannedTree({
      'etc/os-release': alpine('3.24_alpha20260805'),
      'lib/apk/db/installed': apk('openssl', '3.0.0-r0'),
    });

    assert.ok(report.findings.length > 0);
    assert.ok(report.findings.every(({ why }) => why.every(({ stream }) => stream === 'alpine:edge')));
  });

  test('a release that has ended is not clean: its end is said', async () => {
    const report = await scannedTree({
      'etc/os-release': alpine('3.10.4'),
      'lib/apk/db/installed': apk('musl', '99-r0'),
    });

    assert.deepEqual(report.findings, []);
    assert.equal(report.image.os?.endOfLife, '2021-05-01');
    assert.ok(problemCodes(report).includes('distribution-end-of-life'));
  });
});

describe('RPM', () => {
  const openssl = (version: string, epoch = '') =>
    `pkg:rpm/almalinux/openssl-libs@${version}?arch=x86_64&distro=almalinux-8.9${epoch}`;

  test('an epoch counts, and one that a document left out is not taken for zero', async () => {
    const [fixed, fixedWithout, old, oldWithout] = await Promise.all([
      scannedPurls(openssl('1.1.1k-20.el8', '&epoch=1')),
      scannedPurls(openssl('1.1.1k-20.el8')),
      scannedPurls(openssl('1.1.1k-4.el8', '&epoch=1')),
      scannedPurls(openssl('1.1.1k-4.el8')),
    ]);

    assert.deepEqual([fixed.findings, fixedWithout.findings], [[], []]);
    assert.ok(old.findings.length > 10);
    assert.deepEqual(
      oldWithout.findings.map(({ id }) => id),
      old.findings.map(({ id }) => id),
    );
  });

  test('one erratum fixes many flaws, and each is one finding', async () => {
    const report = await scannedPurls(openssl('1.1.1k-6.el8_5', '&epoch=1'));

    const ofErratum = report.findings.filter(({ why }) => why.some(({ record }) => record === 'ALSA-2022:5818'));
    assert.deepEqual(ofErratum.map(({ id }) => id).sort(), ['CVE-2022-1292', 'CVE-2022-2068', 'CVE-2022-2097']);
    assert.ok(ofErratum.every(({ aliases }) => !aliases.includes('ALSA-2022:5818')));
  });

  test('a module stream is compared with its own errata only', async () => {
    const nodejs = (version: string, module: string) =>
      scannedPurls(`pkg:rpm/almalinux/nodejs@${version}?arch=x86_64&distro=almalinux-8.9&epoch=1&rpmmod=${module}`);
    const [of14, of16] = await Promise.all([
      nodejs('14.18.1-1.module_el8.5.0+1', 'nodejs:14'),
      nodejs('16.13.1-3.module_el8.5.0+246+05401605', 'nodejs:16'),
    ]);

    const records = (report: typeof of14) => report.findings.flatMap(({ why }) => why.map(({ record }) => record));
    assert.ok(records(of14).includes('ALSA-2022:0350'));
    assert.ok(!records(of14).includes('ALSA-2021:5171'));
    assert.ok(!records(of16).includes('ALSA-2022:0350'));
    assert.ok(!records(of16).includes('ALSA-2021:5171'));
  });
});

describe('any distribution', () => {
  test('a derivative is not judged by what it derives from', async () => {
    const report = await scannedTree({
      'etc/os-release': 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="21"\n',
      'var/lib/dpkg/status': deb('libssl3', '3.0.2-0ubuntu1', { Source: 'openssl' }),
    });

    assert.equal(report.packages.length, 1);
    assert.deepEqual(report.findings, []);
    assert.ok(problemCodes(report).includes('distribution-unknown'));
  });

  test('a release that the database has nothing about is a stated gap', async () => {
    const report = await scannedTree({
      'etc/os-release': 'ID=rocky\nVERSION_ID="8.5"\n',
      'usr/lib/.build-id/x': '',
      'var/lib/dpkg/status': '',
    });
    const listed = await scannedPurls('pkg:rpm/rocky/openssl-libs@1.1.1k-4.el8?arch=x86_64&distro=rocky-8.5&epoch=1');

    assert.ok(problemCodes(report).includes('no-packages'));
    assert.deepEqual(
      problemCodes(listed).filter((code) => code === 'stream-without-data'),
      ['stream-without-data'],
    );
    assert.deepEqual(listed.coverage, [{ stream: 'rocky:8', level: 'none' }]);
  });

  test('layers: a replaced database counts as it is last, a deleted file not at all, and each package names its layer', async () => {
    const status = (...packages: readonly string[]) => ({ path: 'var/lib/dpkg/status', content: packages.join('\n') });
    const report = await scannedImage(
      [
        { path: 'etc/os-release', content: bookworm },
        status(deb('libssl3', '3.0.20-1~deb12u2', { Source: 'openssl' }), deb('sudo', '1.0-1')),
        { path: 'app/node_modules/lodash/package.json', content: '{"name":"lodash","version":"4.17.11"}' },
        { path: 'srv/node_modules/minimist/package.json', content: '{"name":"minimist","version":"0.0.8"}' },
      ],
      [
        status(deb('libssl3', '3.0.20-1~deb12u2', { Source: 'openssl' }), deb('util-linux', '2.38.1-5')),
        { path: 'app/node_modules/.wh.lodash' },
        { path: 'srv/.wh..wh..opq' },
      ],
    );

    assert.deepEqual(packagesOf(report, 'deb'), ['libssl3 3.0.20-1~deb12u2', 'util-linux 2.38.1-5']);
    assert.deepEqual(packagesOf(report, 'npm'), []);
    const layerOf = (name: string) => report.packages.find((found) => found.name === name)?.locations[0]?.layer;
    assert.equal(layerOf('libssl3'), report.image.layers[0]?.diffID);
    assert.equal(layerOf('util-linux'), report.image.layers[1]?.diffID);
  });
});
