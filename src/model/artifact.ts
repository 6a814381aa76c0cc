/** What a registry holds besides images. */
export const artifactKinds = [
  'helm-chart',
  'signature',
  'attestation',
  'sbom',
  'wasm-module',
  'build-cache',
  'model',
  'referrers',
  'other',
] as const;

export type ArtifactKind = (typeof artifactKinds)[number];

export interface Artifact {
  readonly kind: ArtifactKind;
  /** What tells its kind. */
  readonly mediaType: string;
}
