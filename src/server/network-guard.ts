import { type AddressGuard, createAddressGuard } from '../lib/address-guard.ts';
import type { ServerConfig } from './config.ts';

/** What may be connected to at addresses that people and registries name. Throws CONFIG_INVALID naming the key. */
export function networkGuard({ network }: Pick<ServerConfig, 'network'>): AddressGuard {
  return createAddressGuard(network.allow);
}
