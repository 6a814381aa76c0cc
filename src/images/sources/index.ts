import type { ImageSource } from '../image-source.ts';

/** In the order in which they are asked whether they recognise a reference. */
export const imageSources: readonly ImageSource[] = [];
