import type { ImageSource } from '../image-source.ts';
import { dockerArchive, openArchive } from './docker-archive.ts';

/** The same door as `docker-archive`: which of the two an archive is shows in its members. */
export const ociArchive: ImageSource = {
  id: 'oci-archive',
  title: 'A tar of an OCI image layout, as skopeo, buildah, ko and `docker buildx` write it; gzip and zstd layers',
  recognises: dockerArchive.recognises,
  open: openArchive,
};
