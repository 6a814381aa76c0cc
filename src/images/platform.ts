import { AppError } from '../lib/errors.ts';
import type { Platform } from './image.ts';

/** A platform as documents state it: the variant may be absent. */
type StatedPlatform = Omit<Platform, 'variant'> & { readonly variant?: string | undefined };

/** `linux/arm64/v8`. */
export function describePlatform({ os, architecture, variant }: StatedPlatform): string {
  return [os, architecture, variant].filter(Boolean).join('/');
}

/** Reads `os/architecture[/variant]`, or an architecture alone, with the names that `uname` uses; throws USAGE. */
export function parsePlatform(text: string): Platform {
  const parts = text.trim().toLowerCase().split('/');
  if (parts.length > 3 || !parts.every((part) => /^[a-z0-9][a-z0-9._-]{0,31}$/.test(part))) {
    throw new AppError('USAGE', `"${text}" is not a platform; write it like linux/arm64 or linux/arm/v7.`);
  }
  const [os = '', name = '', variant] = parts.length === 1 ? ['linux', ...parts] : parts;
  const [architecture = name, impliedVariant] = aliases[name] ?? [];
  return { os, architecture, ...((variant ?? impliedVariant) && { variant: variant ?? impliedVariant }) };
}

/** Linux on this machine's processor, which is what a container would run on here. */
export function hostPlatform(processor: string = process.arch): Platform {
  // Node has no name of its own for the little-endian kind, the only one that Linux distributions still build.
  return parsePlatform(`linux/${processor === 'ppc64' ? 'ppc64le' : processor}`);
}

/**
 * How far an offered platform is from the wanted one: 0 is the same, undefined does not serve. A processor runs what
 * was built for an older variant of itself; without a wanted variant the plainest build is the nearest, and a later
 * one is better than none.
 */
export function platformDistance(offered: StatedPlatform, wanted: Platform): number | undefined {
  if (offered.os !== wanted.os || offered.architecture !== wanted.architecture) return undefined;
  if ((offered.variant ?? '') === (wanted.variant ?? '')) return 0;
  const base = baseVariants[wanted.architecture];
  const offeredLevel = levelOf(offered.variant ?? base);
  const wantedLevel = levelOf(wanted.variant ?? base);
  if (base === undefined || offeredLevel === undefined || wantedLevel === undefined) {
    return wanted.variant === undefined ? later : undefined;
  }
  if (offeredLevel <= wantedLevel) return wantedLevel - offeredLevel;
  return wanted.variant === undefined ? later + offeredLevel : undefined;
}

const later = 1000;

/** What an architecture without a variant means. */
const baseVariants: Readonly<Record<string, string>> = { amd64: 'v1', arm: 'v7', arm64: 'v8' };

const aliases: Readonly<Record<string, readonly [architecture: string, variant?: string]>> = {
  x64: ['amd64'],
  x86_64: ['amd64'],
  'x86-64': ['amd64'],
  aarch64: ['arm64'],
  armhf: ['arm', 'v7'],
  armel: ['arm', 'v6'],
  i386: ['386'],
  ia32: ['386'],
};

function levelOf(variant: string | undefined): number | undefined {
  const [, level] = /^v(\d{1,2})(?:\.\d+)?$/.exec(variant ?? '') ?? [];
  return level === undefined ? undefined : Number(level);
}
