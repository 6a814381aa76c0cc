import { createHash } from 'node:crypto';

/** One member of a tar made for a test. */
export interface TarMember {
  readonly path: string;
  readonly content?: string | Buffer;
  readonly type?: '0' | '1' | '2' | '3' | '5' | '6' | 'x' | 'L' | 'g' | 'S';
  readonly link?: string;
  readonly mode?: number;
  /** Size to claim instead of the content's. */
  readonly claim?: number;
  /** Raw bytes of the size field, for sizes no honest writer claims. */
  readonly rawSize?: Buffer;
}

/** A ustar archive of the members, with its end marks. */
export function tarOf(members: readonly TarMember[]): Buffer {
  return Buffer.concat([...members.flatMap(memberBytes), Buffer.alloc(1024)]);
}

export function sha256(content: Buffer | string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** A `docker save` archive of the layers. */
export function dockerArchiveOf(
  layers: readonly Buffer[],
  options: { readonly diffIDs?: readonly string[]; readonly stored?: readonly Buffer[] } = {},
): Buffer {
  const diffIDs = options.diffIDs ?? layers.map(sha256);
  const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: diffIDs } });
  const names = layers.map((_layer, at) => `${at}/layer.tar`);
  const configName = `${sha256(config).slice(7)}.json`;
  return tarOf([
    ...layers.map((layer, at) => ({ path: names[at] ?? '', content: options.stored?.[at] ?? layer })),
    { path: configName, content: config },
    {
      path: 'manifest.json',
      content: JSON.stringify([{ Config: configName, RepoTags: ['test:latest'], Layers: names }]),
    },
  ]);
}

function memberBytes(member: TarMember): Buffer[] {
  const content = Buffer.from(member.content ?? '');
  return [headerOf(member, content.length), content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}

/** The header of a member alone. Sizes from 8 GiB on are written in base 256, as GNU tar does. */
export function headerOf(member: TarMember, size: number): Buffer {
  const claimed = member.claim ?? size;
  const header = Buffer.alloc(512);
  header.write(member.path.slice(0, 100), 0);
  header.write(`${(member.mode ?? 0o644).toString(8).padStart(7, '0')}\0`, 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  if (claimed < 8 ** 11) header.write(`${claimed.toString(8).padStart(11, '0')}\0`, 124);
  else {
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(claimed), 128);
  }
  member.rawSize?.copy(header, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(member.type ?? '0', 156);
  header.write((member.link ?? '').slice(0, 100), 157);
  header.write('ustar\0', 257);
  header.write('00', 263);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
