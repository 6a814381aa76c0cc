import { assertReadable, headOfFile, looksLikeArchive } from '../archive/local-file.ts';
import type { ImageSource } from '../image-source.ts';

export const sbom: ImageSource = {
  id: 'sbom',
  title: 'A CycloneDX or SPDX document',
  recognises: (reference) => {
    const head = headOfFile(reference, 1024);
    // The first member of an archive may be an SBOM, or have a name that begins like one.
    if (!head || looksLikeArchive(head)) return false;
    const text = head.toString('utf8').trimStart();
    return text.startsWith('{') || text.startsWith('<') || text.includes('SPDXVersion:');
  },
  open: async (reference) => {
    assertReadable(reference);
    return { kind: 'sbom', reference, path: reference };
  },
};
