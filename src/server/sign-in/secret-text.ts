import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits as text. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a random secret: a fast hash does, since nobody guesses 256 bits. */
export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

export function sameText(left: string, right: string): boolean {
  return timingSafeEqual(hashOfSecret(left), hashOfSecret(right));
}
