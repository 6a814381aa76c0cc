import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { type Der, der } from '../../lib/der.ts';

export interface CertificateOrder {
  /** Its common name. */
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Names and addresses of a server; an authority has none. */
  readonly names?: readonly string[];
  readonly issuer: { readonly subject: string; readonly key: KeyObject };
}

/** An X.509 certificate, version 3, signed with ECDSA over SHA-256 (RFC 5280, RFC 5758), as PEM. */
export function issueCertificate({ subject, publicKey, notBefore, notAfter, names, issuer }: CertificateOrder): string {
  const algorithm = der.sequence(der.oid('1.2.840.10045.4.3.2'));
  const signed = der.sequence(
    der.context(0, true, der.integer(Buffer.from([2]))),
    der.integer(serial()),
    algorithm,
    commonName(issuer.subject),
    der.sequence(der.time(notBefore), der.time(notAfter)),
    commonName(subject),
    spkiOf(publicKey),
    der.context(3, true, der.sequence(...extensions(publicKey, createPublicKey(issuer.key), names))),
  );
  const certificate = der.sequence(signed, algorithm, der.bits(sign('sha256', signed, issuer.key)));
  const lines = certificate.toString('base64').replace(/(.{64})(?=.)/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function extensions(own: KeyObject, issuers: KeyObject, names: readonly string[] | undefined): Der[] {
  const [digitalSignature, signsCertificates] = [der.bits(Buffer.from([0x80]), 7), der.bits(Buffer.from([0x06]), 1)];
  const identifiers = [
    extension('2.5.29.14', false, der.octets(keyIdentifier(own))),
    extension('2.5.29.35', false, der.sequence(der.context(0, false, keyIdentifier(issuers)))),
  ];
  if (!names)
    return [
      extension('2.5.29.19', true, der.sequence(der.boolean(true), der.integer(Buffer.from([0])))),
      extension('2.5.29.15', true, signsCertificates),
      ...identifiers,
    ];
  return [
    extension('2.5.29.19', true, der.sequence()),
    extension('2.5.29.15', true, digitalSignature),
    extension('2.5.29.37', false, der.sequence(der.oid('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', false, der.sequence(...names.map(alternativeName))),
    ...identifiers,
  ];
}

function extension(id: string, critical: boolean, value: Der): Der {
  return der.sequence(der.oid(id), ...(critical ? [der.boolean(true)] : []), der.octets(value));
}

function commonName(name: string): Der {
  return der.sequence(der.set(der.sequence(der.oid('2.5.4.3'), der.text(name))));
}

function alternativeName(name: string): Der {
  return isIP(name)
    ? der.context(7, false, addressBytes(name))
    : der.context(2, false, Buffer.from(name.slice(0, 253), 'latin1'));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  // The URL parser writes an embedded IPv4 address as two groups and leaves one run of zeros out.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string) => text.split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(zeros).fill('0'), ...groups(tail ?? '')];
  return Buffer.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]));
}

function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** RFC 7093, method 4. */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha256').update(spkiOf(key)).digest().subarray(0, 20);
}

/** Positive, with more random bits than anybody tries. */
function serial(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}
