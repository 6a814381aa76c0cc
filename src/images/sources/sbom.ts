import { assertReadable, headOfFile } from '../archive/local-file.ts';
import type { ImageSource } from '../image-source.ts';

export const sbom: ImageSource = {
  id: 'sbom',
  title: 'A CycloneDX or SPDX document',
  recognises: (reference) => {
    const head = headOfFile(reference, 1024)?.toString('utf8').trimStart();
    return (
      head !== undefined &&
      (head.startsWith('{') || head.startsWith('<') || head.includes('SPDXVersion:') || head.startsWith('\uFEFF{'))
    );
  },
  open: async (reference) => {
    assertReadable(reference);
    return { kind: 'sbom', reference, path: reference };
  },
};
