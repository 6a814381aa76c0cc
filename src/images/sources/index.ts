import type { ImageSource } from '../image-source.ts';
import { directory } from './directory.ts';
import { docker } from './docker.ts';
import { dockerArchive } from './docker-archive.ts';
import { ociArchive } from './oci-archive.ts';
import { ociLayout } from './oci-layout.ts';
import { podman } from './podman.ts';
import { registry } from './registry.ts';
import { sbom } from './sbom.ts';

/** In the order in which they are asked whether they recognise a reference. */
export const imageSources: readonly ImageSource[] = [
  ociLayout,
  directory,
  sbom,
  dockerArchive,
  ociArchive,
  docker,
  podman,
  registry,
];
