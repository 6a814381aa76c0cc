import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AppError } from './errors.ts';

/** Decides which addresses may be connected to, for hosts that somebody else chose. */
export interface AddressGuard {
  /** Throws ADDRESS_REFUSED; `host` is the name that led to the address. */
  readonly assertAllowed: (address: string, host: string) => void;
  readonly resolve: Resolve;
}

export type Resolve = (
  host: string,
  answer: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

const bySystem: Resolve = (host, answer) =>
  lookup(host, { all: true }, (error, addresses) => answer(error, addresses ?? []));

/** `allow` holds networks (`10.20.0.0/16`) or addresses. Throws CONFIG_INVALID for one that is neither. */
export function createAddressGuard(allow: readonly string[], resolve: Resolve = bySystem): AddressGuard {
  const allowed = networks(allow);
  return {
    resolve,
    assertAllowed: (address, host) => {
      const plain = unmapped(address);
      if (holds(allowed, plain) || isPublic(plain)) return;
      const where = unmapped(host) === plain ? `${plain} is` : `${shown(host)} leads to ${shown(plain)},`;
      throw new AppError(
        'ADDRESS_REFUSED',
        `${where} an address of this machine, of a private network or for special use; nothing is fetched from there. If it is meant, add it or its network to network.allow in the server's configuration.`,
      );
    },
  };
}

/**
 * A look-up for `net.connect`: what it answers is what is connected to, so that no second answer of a name server can
 * differ from the one that was checked. One refused address refuses the name.
 */
export function guardedLookup(guard: AddressGuard): LookupFunction {
  return (host, options, callback) => {
    guard.resolve(host, (error, addresses) => {
      if (error) return callback(error, []);
      try {
        for (const { address } of addresses) guard.assertAllowed(address, host);
      } catch (refusal) {
        return callback(refusal as NodeJS.ErrnoException, []);
      }
      const family = Number(String(options.family ?? 0).replace('IPv', ''));
      const wanted = addresses.filter((one) => family === 0 || one.family === family);
      const [first] = wanted;
      if (!first) callback(Object.assign(new Error(`no address for ${host}`), { code: 'ENOTFOUND' }), []);
      else if (options.all) callback(null, [...wanted]);
      else callback(null, first.address, first.family);
    });
  };
}

/** Checks every address that a name has here; a name that cannot be resolved passes. */
export function assertLeadsOut(guard: AddressGuard, host: string): Promise<void> {
  return new Promise((done, refuse) => {
    guard.resolve(host, (_unknown, addresses) => {
      try {
        for (const { address } of addresses) guard.assertAllowed(address, host);
        done();
      } catch (refusal) {
        refuse(refusal);
      }
    });
  });
}

/**
 * Everything that is not of the public Internet, by the registries of special-purpose addresses
 * (https://www.iana.org/assignments/iana-ipv4-special-registry), with it the addresses at which clouds tell a machine
 * its secrets; the last one, Azure's channel to the host, lies in a public range.
 */
const specialFour = networks([
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4', '168.63.129.16/32'],
]);

/** What is given out to the public, less what wraps an IPv4 address or is special. */
const publicSix = networks(['2000::/3']);
const specialSix = networks(['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']);

function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !holds(specialFour, address);
  return holds(publicSix, address) && !holds(specialSix, address);
}

function networks(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text.trim()) ?? [];
    const longest = isIP(address) === 4 ? 32 : 128;
    if (isIP(address) === 0 || Number(bits ?? 0) > longest) {
      const message = `"${shown(text)}" in network.allow is no network. Write one like 10.20.0.0/16 or fd00:1::/64.`;
      throw new AppError('CONFIG_INVALID', message);
    }
    list.addSubnet(address, Number(bits ?? longest), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

function holds(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** IPv4 written as IPv6 (`::ffff:7f00:1`) is IPv4; a zone (`fe80::1%eth0`) says nothing about the network. */
function unmapped(address: string): string {
  const plain = address.split('%', 1)[0] ?? '';
  if (isIP(plain) !== 6) return plain;
  const [, high, low] =
    /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(new URL(`http://[${plain}]`).hostname) ?? [];
  if (high === undefined || low === undefined) return plain;
  const bits = Number.parseInt(high, 16) * 0x1_0000 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join('.');
}

function shown(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '?').slice(0, 300);
}
