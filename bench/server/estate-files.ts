import type { Package } from '../../src/model/package.ts';
import { readDemoBases } from '../../src/server/demo/demo-inventories.ts';
import type { Inventory } from '../../src/vulnerability/assemble.ts';
import { isDistributionType } from '../../src/vulnerability/purl.ts';
import type { TarMember } from '../../test/support/tar.ts';
import type { EstateImage } from './estate.ts';

/** The inventories that come along, of real images. */
export function realInventories(): readonly Inventory[] {
  return [...readDemoBases().values()].map(({ inventory }) => inventory);
}

/** Of those, what `filesOf` can write: Debian's packages, and libraries of JavaScript and Python. */
export function writableInventories(): readonly Inventory[] {
  return realInventories().map(({ packages, ...rest }) => ({
    ...rest,
    packages: packages.filter(({ type }) => type === 'npm' || type === 'pypi' || type === 'deb'),
  }));
}

/** A layer that the catalogers find the image's packages in again. */
export function filesOf({ os, packages }: EstateImage): readonly TarMember[] {
  const [id = '', version = ''] = os.split(' ');
  const system = packages.filter(({ type }) => isDistributionType(type));
  const libraries = packages.filter(({ type }) => !isDistributionType(type));
  return [
    { path: 'etc/os-release', content: `ID=${id}\nVERSION_ID="${version}"\n` },
    { path: 'var/lib/dpkg/status', content: system.map(paragraphOf).join('') },
    ...libraries.map(fileOf),
  ];
}

function paragraphOf({ name, version, arch = 'amd64', source }: Package): string {
  const origin = source ? `Source: ${source.name} (${source.version})\n` : '';
  return `Package: ${name}
Status: install ok installed
Priority: optional
Section: libs
Installed-Size: 100
Maintainer: Debian Maintainers <debian@lists.debian.org>
Architecture: ${arch}
${origin}Version: ${version}
Description: one of many packages

`;
}

/** Each in a folder of its own: an application may hold one library in several versions. */
function fileOf({ type, namespace, name, version }: Package, at: number): TarMember {
  if (type === 'pypi') {
    const path = `srv/${at}/site-packages/${name}-${version}.dist-info/METADATA`;
    return { path, content: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n` };
  }
  const full = namespace ? `${namespace}/${name}` : name;
  return { path: `srv/${at}/node_modules/${full}/package.json`, content: JSON.stringify({ name: full, version }) };
}
