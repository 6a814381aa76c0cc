import { createHash } from 'node:crypto';

/** `sha256:` and 64 hex digits, the only digest that images in the wild use. */
export type Digest = string;

const pattern = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): boolean {
  return pattern.test(text);
}

export function digestOf(content: string | Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
