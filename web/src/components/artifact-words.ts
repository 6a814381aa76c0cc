import type { ArtifactKind, ImageRow } from '../../../src/server/contract/images.ts';
import { plural } from './format.ts';

/** Singular and plural; a list of what belongs to an image is what registries without a referrers API keep. */
const words: Readonly<Record<ArtifactKind, readonly [string, string]>> = {
  'helm-chart': ['Helm chart', 'Helm charts'],
  signature: ['signature', 'signatures'],
  attestation: ['attestation', 'attestations'],
  sbom: ['SBOM', 'SBOMs'],
  'wasm-module': ['WebAssembly module', 'WebAssembly modules'],
  'build-cache': ['build cache', 'build caches'],
  model: ['machine-learning model', 'machine-learning models'],
  referrers: ['list of referrers', 'lists of referrers'],
  other: ['artifact of another kind', 'artifacts of other kinds'],
};

/** "Helm chart"; undefined for an image. */
export const artifactWord = ({ artifact }: Pick<ImageRow, 'artifact'>) => artifact && words[artifact.kind][0];

/** "12 signatures" */
export const countArtifacts = (kind: ArtifactKind, count: number) => plural(count, ...words[kind]);
