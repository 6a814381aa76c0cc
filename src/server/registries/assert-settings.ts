import { X509Certificate } from 'node:crypto';
import { AppError } from '../../lib/errors.ts';
import type { RegistrySettings } from '../contract/registries.ts';
import { assertFits, connectorOf } from './connect-registry.ts';

/** What cannot be is told before anything is kept. */
export function assertSettings(settings: RegistrySettings): void {
  assertFits(connectorOf(settings.kind), settings);
  const { certificate } = settings;
  if (certificate !== undefined && !isCertificate(certificate)) {
    throw new AppError(
      'REQUEST_INVALID',
      'The certificate is not in PEM form. Paste what begins with BEGIN CERTIFICATE.',
    );
  }
}

function isCertificate(text: string): boolean {
  try {
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
    const certificates = blocks.map((block) => new X509Certificate(block));
    return certificates.length > 0;
  } catch {
    return false;
  }
}
