import { nameBasedUuid } from '../../lib/name-based-uuid.ts';
import { visibleJson } from '../../lib/visible-text.ts';
import type { Report, ScannedImage } from '../../model/report.ts';
import { annotationOf, imageProperties, type SbomProperty } from '../../model/sbom-properties.ts';
import type { Exporter, ExportOptions } from '../exporter.ts';
import { createLicenses, type ExtractedLicense } from './spdx/licenses.ts';
import { packageOf } from './spdx/package.ts';

/** SPDX 2.3 as JSON, https://spdx.github.io/spdx-spec/v2.3/: the packages, with our own facts as annotations. */
export const spdx: Exporter = {
  id: 'spdx',
  title: 'SPDX 2.3: packages',
  mediaType: 'application/spdx+json',
  write: (report, options) => {
    const { head, body } = documentOf(report, options);
    const documentNamespace = `https://spdx.org/spdxdocs/breakwater-${nameBasedUuid(namespace, JSON.stringify([head, body]))}`;
    return `${visibleJson({ ...head, documentNamespace, ...body }, 2)}\n`;
  },
};

/** Of document namespaces; any UUID of our own would do. */
const namespace = '5b0f9d36-31c4-4c8f-8d39-6a2c7f1e4b90';
const documentId = 'SPDXRef-DOCUMENT';
const subjectId = 'SPDXRef-DocumentRoot';
const systemId = 'SPDXRef-OperatingSystem-0';

function documentOf({ image, packages, scanner }: Report, { now }: ExportOptions) {
  const tool = `Tool: ${scanner.name}-${scanner.version}`;
  const created = now.replace(/\.\d+Z$/, 'Z');
  const annotate = (properties: readonly SbomProperty[]) => [
    { annotationDate: created, annotationType: 'OTHER', annotator: tool, comment: annotationOf(properties) },
  ];
  const licenses = createLicenses();
  const elements = packages.map((found) => packageOf(found, licenses, annotate));
  const system = image.os ? [systemOf(image.os)] : [];
  const relate = (spdxElementId: string, relationshipType: string, relatedSpdxElement: string) => ({
    spdxElementId,
    relationshipType,
    relatedSpdxElement,
  });
  const extracted: readonly ExtractedLicense[] = licenses.extracted();
  const head = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: documentId,
    name: image.reference || 'image',
  };
  const body = {
    creationInfo: { created, creators: [tool], licenseListVersion: '3.29' },
    packages: [{ ...subjectOf(image), annotations: annotate(imageProperties(image)) }, ...system, ...elements],
    ...(extracted.length > 0 && { hasExtractedLicensingInfos: extracted }),
    relationships: [
      relate(documentId, 'DESCRIBES', subjectId),
      ...[...system, ...elements].map(({ SPDXID }) => relate(subjectId, 'CONTAINS', SPDXID)),
    ],
  };
  return { head, body };
}

function subjectOf({ reference, kind, manifestDigest, configDigest }: ScannedImage) {
  const version = manifestDigest ?? configDigest;
  const digest = /^sha256:([0-9a-f]{64})$/.exec(version ?? '')?.[1];
  return {
    SPDXID: subjectId,
    name: reference || 'image',
    ...(version && { versionInfo: version }),
    ...unstated,
    primaryPackagePurpose: kind === 'image' ? 'CONTAINER' : 'APPLICATION',
    ...(digest && { checksums: [{ algorithm: 'SHA256', checksumValue: digest }] }),
  };
}

function systemOf({ id, version, name }: NonNullable<ScannedImage['os']>) {
  return {
    SPDXID: systemId,
    name: id,
    ...(version && { versionInfo: version }),
    ...(name && { description: name }),
    ...unstated,
    primaryPackagePurpose: 'OPERATING_SYSTEM',
  };
}

const unstated = {
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  licenseConcluded: 'NOASSERTION',
  licenseDeclared: 'NOASSERTION',
  copyrightText: 'NOASSERTION',
} as const;
