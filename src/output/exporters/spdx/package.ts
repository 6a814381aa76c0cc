import type { Package } from '../../../model/package.ts';
import { packageProperties, type SbomProperty } from '../../../model/sbom-properties.ts';
import { cpe23 } from '../../cpe.ts';
import { packageLabel } from '../../package-label.ts';
import type { Licenses } from './licenses.ts';

/** A package as an SPDX package. */
export function packageOf<Annotation>(
  found: Package,
  licenses: Licenses,
  annotate: (properties: readonly SbomProperty[]) => Annotation,
) {
  const { id, version, purl, type, cpes, locations } = found;
  const names = (cpes ?? []).flatMap((product) => cpe23(product, version) ?? []);
  return {
    SPDXID: `SPDXRef-Package-${id.replace(/[^A-Za-z0-9.-]/g, '-')}`,
    name: packageLabel(found),
    ...(version && { versionInfo: version }),
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: licenses.declared(found.licenses),
    copyrightText: 'NOASSERTION',
    primaryPackagePurpose: type === 'generic' || type === 'bitnami' ? 'APPLICATION' : 'LIBRARY',
    sourceInfo: `found in ${locations.map(({ path }) => path).join(', ')}`,
    externalRefs: [
      ...names.map((name) => reference('SECURITY', 'cpe23Type', name)),
      reference('PACKAGE-MANAGER', 'purl', purl),
    ],
    annotations: annotate(packageProperties(found)),
  };
}

function reference(referenceCategory: string, referenceType: string, referenceLocator: string) {
  return { referenceCategory, referenceType, referenceLocator };
}
