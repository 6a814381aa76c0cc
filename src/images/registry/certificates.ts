import { readFileSync, statSync } from 'node:fs';
import { AppError, messageOf } from '../../lib/errors.ts';

const maxBytes = 4 * 1024 * 1024;

/** The certificates in a PEM file, for a client to trust; throws INPUT_UNREADABLE when it holds none. */
export function readCertificates(path: string | undefined): { readonly certificateAuthorities?: string } {
  if (path === undefined) return {};
  const unreadable = (reason: string, cause?: unknown) =>
    new AppError('INPUT_UNREADABLE', `${path} cannot be used as a file of certificate authorities: ${reason}.`, {
      cause,
    });
  let content: string;
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > maxBytes) throw unreadable(`it is not a file of at most ${maxBytes} bytes`);
    content = readFileSync(path, 'latin1');
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(messageOf(error), error);
  }
  if (!content.includes('-----BEGIN CERTIFICATE-----')) throw unreadable('it holds no certificate in PEM form');
  return { certificateAuthorities: content };
}
