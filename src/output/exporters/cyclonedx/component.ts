import type { Package } from '../../../model/package.ts';
import { packageProperties } from '../../../model/sbom-properties.ts';
import { cpe23 } from '../../cpe.ts';
import { isSingleLicense, joinedExpression, spdxExpression } from '../../license-expression.ts';

/** The schema's own limit. A version beyond it is none; our properties and the package URL still hold it. */
export const maxVersion = 1024;

/** A package as a component; `bom-ref` is the package's id. */
export function componentOf(found: Package) {
  const { id, type, namespace, name, version, purl, licenses, cpes, locations } = found;
  const cpe = cpes?.flatMap((product) => cpe23(product, version) ?? [])[0];
  return {
    type: type === 'generic' || type === 'bitnami' ? 'application' : 'library',
    'bom-ref': id,
    ...(namespace && { group: namespace }),
    name,
    ...(version && version.length <= maxVersion && { version }),
    ...(licenses && licenses.length > 0 && { licenses: licensesOf(licenses) }),
    ...(cpe && { cpe }),
    purl,
    evidence: { occurrences: locations.map(({ path }) => ({ location: path })) },
    properties: packageProperties(found),
  };
}

/** Either single licences, or exactly one expression: the format allows no mixture. */
function licensesOf(texts: readonly string[]) {
  const expressions = texts.map(spdxExpression);
  const known = expressions.filter((expression) => expression !== undefined);
  if (known.length === texts.length && !known.every(isSingleLicense)) return [{ expression: joinedExpression(known) }];
  return texts.map((text, at) => {
    const expression = expressions[at];
    return { license: expression !== undefined && isSingleLicense(expression) ? { id: expression } : { name: text } };
  });
}
