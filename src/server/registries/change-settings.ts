import { AppError } from '../../lib/errors.ts';
import type { RegistryStored } from '../../store/registries.ts';
import type { RegistryChange, RegistrySettings } from '../contract/registries.ts';
import type { Seal } from '../seal.ts';
import { openedSecrets, storedSettings } from './registry-secrets.ts';

/** What a registry's settings become by a change. */
export function changedSettings(row: RegistryStored, change: RegistryChange, seal: Seal): RegistrySettings {
  const { method: _method, username: _username, hasCertificate: _hasCertificate, ...settings } = storedSettings(row);
  const { signIn, certificate } = openedSecrets(row, seal);
  const { name, kind, host } = row;
  assertSecretStays(row, change);
  const before = { name, kind, host, ...settings, signIn, ...(certificate !== undefined && { certificate }) };
  const { certificate: newCertificate = before.certificate, ...rest } = change;
  const after = { ...before, ...withoutAbsent(rest) };
  // An empty one takes the private authority away.
  const { certificate: _old, ...bare } = after;
  return newCertificate ? { ...bare, certificate: newCertificate } : bare;
}

/** A secret is for the place it was entered for: who may change the address must not learn it by sending it elsewhere. */
function assertSecretStays(row: RegistryStored, change: RegistryChange): void {
  const { method, plainHttp } = storedSettings(row);
  if (method === 'anonymous' || change.signIn !== undefined) return;
  const leads = (change.host !== undefined && change.host !== row.host) || (change.plainHttp === true && !plainHttp);
  const trusts = change.certificate !== undefined && change.certificate !== '';
  if (!leads && !trusts) return;
  throw new AppError(
    'REQUEST_INVALID',
    `To change where ${row.name} is reached, or whom to trust there, enter its sign-in again: it was given for ${row.host} as it is.`,
  );
}

function withoutAbsent(change: RegistryChange): Partial<RegistrySettings> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
