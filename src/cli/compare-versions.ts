import { versionSchemes } from '../vulnerability/version-schemes/index.ts';

const schemes = new Map(versionSchemes.map((scheme) => [scheme.id, scheme]));

/** Orders two versions in a scheme that a report names; a scheme of another release keeps them as they come. */
export function compareVersions(scheme: string, a: string, b: string): number {
  return schemes.get(scheme)?.compare(a, b) ?? 0;
}
