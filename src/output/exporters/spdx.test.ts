import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report } from '../../model/report.ts';
import { packageProperties, propertiesOfAnnotation } from '../../model/sbom-properties.ts';
import { options, packageOf, realReport, reportOf } from '../testing/reports.ts';
import { spdx } from './spdx.ts';

const write = (report: Report) => JSON.parse(spdx.write(report, options));

test('the document describes the image, which contains every package', () => {
  const report = realReport();
  const { packages, relationships } = write(report);
  assert.deepEqual(relationships[0], {
    spdxElementId: 'SPDXRef-DOCUMENT',
    relationshipType: 'DESCRIBES',
    relatedSpdxElement: 'SPDXRef-DocumentRoot',
  });
  const contained = relationships.slice(1).map((each: { relatedSpdxElement: string }) => each.relatedSpdxElement);
  assert.deepEqual(
    contained,
    packages.slice(1).map(({ SPDXID }: { SPDXID: string }) => SPDXID),
  );
  assert.equal(contained.length, report.packages.length + 1, 'packages and the distribution');
  assert.deepEqual(packages[0].checksums, [
    { algorithm: 'SHA256', checksumValue: report.image.manifestDigest?.slice(7) },
  ]);
});

test('annotations hold all facts that the package URL does not tell', () => {
  const found = packageOf('left', {
    type: 'deb',
    source: { name: 'origin', version: '1:2' },
    stream: 'debian:12',
    cpes: ['left:left'],
    locations: [{ path: 'var/lib/dpkg/status', layer: `sha256:${'1'.repeat(64)}` }],
  });
  const [, element] = write(reportOf([found], [])).packages;
  assert.deepEqual(propertiesOfAnnotation(element.annotations[0].comment), packageProperties(found));
  assert.deepEqual(element.externalRefs, [
    {
      referenceCategory: 'SECURITY',
      referenceType: 'cpe23Type',
      referenceLocator: 'cpe:2.3:a:left:left:1.0.0:*:*:*:*:*:*:*',
    },
    { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: found.purl },
  ]);
});

test('licences that the SPDX list does not have are explained once', () => {
  const { packages, hasExtractedLicensingInfos } = write(
    reportOf(
      [packageOf('a', { licenses: ['MIT', 'ASL 2.0'] }), packageOf('b', { licenses: ['ASL 2.0'] }), packageOf('c')],
      [],
    ),
  );
  const [{ licenseId }] = hasExtractedLicensingInfos;
  assert.match(licenseId, /^LicenseRef-ASL-2\.0-[0-9a-f]{8}$/);
  assert.deepEqual(hasExtractedLicensingInfos, [{ licenseId, extractedText: 'ASL 2.0', name: 'ASL 2.0' }]);
  assert.deepEqual(
    packages.slice(1).map(({ licenseDeclared }: { licenseDeclared: string }) => licenseDeclared),
    [`MIT AND ${licenseId}`, licenseId, 'NOASSERTION'],
  );
  assert.equal(write(reportOf([packageOf('a', { licenses: ['MIT'] })], [])).hasExtractedLicensingInfos, undefined);
});

test('the namespace belongs to the content, and times have no fractions', () => {
  const [first, again, other] = [realReport(), realReport(), reportOf([packageOf('left')], [])].map(write);
  assert.equal(first.documentNamespace, again.documentNamespace);
  assert.notEqual(first.documentNamespace, other.documentNamespace);
  assert.equal(first.creationInfo.created, '2026-11-22T12:00:00Z');
});
