import type { Filter } from './FilterBar.tsx';

/** Which packages a type of package URLs stands for. One that is not here is shown as it is. */
const titles: Readonly<Record<string, string>> = {
  alpm: 'Arch Linux (alpm)',
  apk: 'Alpine, Wolfi (apk)',
  bitnami: 'Bitnami',
  cargo: 'Rust (cargo)',
  composer: 'PHP (composer)',
  conda: 'Conda',
  deb: 'Debian, Ubuntu (deb)',
  gem: 'Ruby (gem)',
  generic: 'Programs (generic)',
  golang: 'Go (golang)',
  hpi: 'Jenkins plug-ins (hpi)',
  maven: 'Java (maven)',
  npm: 'JavaScript (npm)',
  nuget: '.NET (nuget)',
  pypi: 'Python (pypi)',
  rpm: 'Red Hat, SUSE … (rpm)',
};

/** Narrows a list down to those of packages of some types; which there are, its facet tells. */
export const packageTypeFilter: Filter = { kind: 'choice', name: 'type', title: 'Packages', titles };
