import type { Package } from '../model/package.ts';
import type { ScannedImage } from '../model/report.ts';
import { pathsOf } from './flaw-facts.ts';
import { isOsPackage } from './package-label.ts';
import type { PackageGroup } from './upgrades.ts';

/** Where a group lies. */
export interface Places {
  /** purl type, where the name does not tell; the layers that brought it, where there are several. */
  readonly notes: readonly string[];
  /** The binary packages of a distribution's source package, unless named like it; the files of anything else. */
  readonly things: readonly string[];
}

export function placesOf({ type, name, packages }: PackageGroup, image: ScannedImage): Places {
  const layers = layersOf(packages, image);
  if (!isOsPackage(type))
    return { notes: [...(type ? [type] : []), ...layers], things: [...new Set(packages.flatMap(pathsOf))] };
  const names = [...new Set(packages.map((found) => found.name))];
  return { notes: layers, things: names.length === 1 && names[0] === name ? [] : names };
}

function layersOf(packages: readonly Package[], { layers }: ScannedImage): readonly string[] {
  if (layers.length < 2) return [];
  const at = new Map(layers.map(({ diffID }, index) => [diffID, index + 1]));
  const brought = new Set(packages.flatMap(({ locations }) => at.get(locations[0]?.layer ?? '') ?? []));
  const numbers = [...brought].sort((a, b) => a - b);
  if (numbers.length === 0) return [];
  return [numbers.length === 1 ? `layer ${numbers[0]} of ${layers.length}` : `layers ${numbers.join(' and ')}`];
}
