import { nameBasedUuid } from '../../lib/name-based-uuid.ts';
import { visibleJson } from '../../lib/visible-text.ts';
import type { Report, ScannedImage } from '../../model/report.ts';
import { imageProperties } from '../../model/sbom-properties.ts';
import type { Exporter, ExportOptions } from '../exporter.ts';
import { componentOf, maxVersion } from './cyclonedx/component.ts';
import { vulnerabilitiesOf } from './cyclonedx/vulnerability.ts';

/** CycloneDX 1.6 as JSON, https://cyclonedx.org/docs/1.6/json/: packages with our own facts as properties, and findings. */
export const cyclonedx: Exporter = {
  id: 'cyclonedx',
  title: 'CycloneDX 1.6: packages and their flaws',
  mediaType: 'application/vnd.cyclonedx+json; version=1.6',
  write: (report, options) => {
    const content = contentOf(report, options);
    const serialNumber = `urn:uuid:${nameBasedUuid(namespace, JSON.stringify(content))}`;
    const head = { bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber, version: 1 };
    return `${visibleJson({ $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json', ...head, ...content }, 2)}\n`;
  },
};

/** Of serial numbers; any UUID of our own would do. */
const namespace = '1f7a2c5e-6d0b-4f43-9a57-0c6f0e9b7d21';
const rootReference = 'breakwater:subject';
const systemReference = 'breakwater:operating-system';

function contentOf({ image, packages, findings, scanner, problems }: Report, { now }: ExportOptions) {
  const references = [...(image.os ? [systemReference] : []), ...new Set(packages.map(({ id }) => id))];
  return {
    metadata: {
      timestamp: now,
      lifecycles: [{ phase: image.kind === 'directory' ? 'pre-build' : 'post-build' }],
      tools: { components: [{ type: 'application', name: scanner.name, version: scanner.version }] },
      component: subjectOf(image),
    },
    components: [...(image.os ? [systemOf(image.os)] : []), ...packages.map(componentOf)],
    dependencies: [{ ref: rootReference, dependsOn: references }],
    // Packages that no cataloger knows may be there in any image; what is known to be missing is said.
    compositions: [{ aggregate: problems.length > 0 ? 'incomplete' : 'unknown', assemblies: [rootReference] }],
    vulnerabilities: vulnerabilitiesOf(findings),
  };
}

function subjectOf(image: ScannedImage) {
  const { reference, kind, manifestDigest, configDigest } = image;
  const version = manifestDigest ?? configDigest;
  const digest = version?.startsWith('sha256:') ? version.slice('sha256:'.length) : undefined;
  return {
    type: kind === 'image' ? 'container' : 'application',
    'bom-ref': rootReference,
    name: reference,
    ...(version && { version }),
    ...(digest && /^[0-9a-f]{64}$/.test(digest) && { hashes: [{ alg: 'SHA-256', content: digest }] }),
    properties: imageProperties(image),
  };
}

function systemOf({ id, version, name }: NonNullable<ScannedImage['os']>) {
  return {
    type: 'operating-system',
    'bom-ref': systemReference,
    name: id,
    ...(version && version.length <= maxVersion && { version }),
    ...(name && { description: name }),
  };
}
