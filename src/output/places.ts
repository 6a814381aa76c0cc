import type { Package } from '../model/package.ts';
import type { ScannedImage } from '../model/report.ts';
import { pathsOf } from './flaw-facts.ts';
import { isOsPackage } from './package-label.ts';
import type { PackageGroup } from './upgrades.ts';

/**
 * Where a group lies: the layers that brought it when there are several to tell apart, then the binary packages of a
 * distribution's source package, or kind and files of anything else.
 */
export function placesOf({ type, name, packages }: PackageGroup, image: ScannedImage): readonly string[] {
  const layers = layersOf(packages, image);
  if (!isOsPackage(type)) return [...(type ? [type] : []), ...layers, ...new Set(packages.flatMap(pathsOf))];
  const names = [...new Set(packages.map((found) => found.name))];
  return names.length === 1 && names[0] === name ? layers : [...layers, ...names];
}

function layersOf(packages: readonly Package[], { layers }: ScannedImage): readonly string[] {
  if (layers.length < 2) return [];
  const at = new Map(layers.map(({ diffID }, index) => [diffID, index + 1]));
  const brought = new Set(packages.flatMap(({ locations }) => at.get(locations[0]?.layer ?? '') ?? []));
  const numbers = [...brought].sort((a, b) => a - b);
  if (numbers.length === 0) return [];
  return [numbers.length === 1 ? `layer ${numbers[0]} of ${layers.length}` : `layers ${numbers.join(' and ')}`];
}
