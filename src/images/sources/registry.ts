import { existsSync } from 'node:fs';
import type { ImageSource } from '../image-source.ts';
import { isReference } from '../registry/reference.ts';

/** Names that end like this are files somebody meant to be there; a registry's answer about them would only confuse. */
const fileEnding = /\.(?:tar|tgz|tar\.(?:gz|zst|bz2|xz)|json|xml|spdx|oci)$/;

export const registry: ImageSource = {
  id: 'registry',
  title: 'A registry that speaks the OCI distribution protocol: Docker Hub, and any other by its host',
  // A file of that name that no source understands was meant all the same: nothing is asked of a network for it.
  recognises: (reference) => isReference(reference) && !fileEnding.test(reference) && !existsSync(reference),
  open: async (reference, options) => {
    // HTTP and TLS take longer to load than a scan of a local image takes.
    const { openRegistryImage } = await import('../registry/open-image.ts');
    return openRegistryImage(reference, options);
  },
};
