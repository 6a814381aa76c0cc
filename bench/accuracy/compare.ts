import { mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { byCause, type Cause, causes, shown } from './causes.ts';
import { compareListings, type Difference } from './differences.ts';
import type { Listing } from './listing.ts';
import { openSides } from './sides.ts';
import { breakwater, grype, osvScanner, syft, type ToolPlace } from './tools.ts';

const help = `Scans images with Breakwater, Syft, Grype and osv-scanner and prints where they differ, and why.

Usage: tools/node bench/accuracy/compare.ts --peers DIR --images DIR --db FILE [--image NAME] [--keep DIR] [--list CAUSE]

  --peers DIR    where the peers' programs (bin/) and databases lie
  --images DIR   docker-archives, NAME.tar; may be given several times
  --db FILE      Breakwater's vulnerability database, made from the advisories that the peers were given and others
  --keep DIR     where the outputs of all tools are kept; default: a folder of the system's for temporary files
  --list CAUSE   print every difference with this cause, or "all"

Exit codes: 0 every difference has a cause, or not run; 1 some have none.
`;

const { values } = parseArgs({
  options: {
    peers: { type: 'string' },
    images: { type: 'string', multiple: true },
    db: { type: 'string' },
    image: { type: 'string', multiple: true },
    keep: { type: 'string', default: join(tmpdir(), 'breakwater-accuracy') },
    list: { type: 'string' },
    help: { type: 'boolean' },
  },
});

if (values.help) process.stdout.write(help);
else if (!values.peers || !values.images || !values.db)
  process.stdout.write('not run: --peers, --images and --db are needed\n');
else
  process.exitCode = compareAll(
    values.images.map((folder) => resolve(folder)),
    {
      peers: resolve(values.peers),
      keep: resolve(values.keep),
      database: resolve(values.db),
    },
  );

function compareAll(folders: readonly string[], place: Required<ToolPlace>): number {
  mkdirSync(place.keep, { recursive: true });
  const archives = new Map(
    folders.flatMap((folder) => readdirSync(folder).map((file) => [file, join(folder, file)] as const)),
  );
  const there = [...archives.keys()].flatMap((file) => /^(?!.*-gzip\.)(.+)\.tar$/.exec(file)?.[1] ?? []);
  let unexplained = 0;
  for (const name of (values.image ?? there).sort())
    unexplained += compareImage(archives.get(`${name}.tar`), name, place);
  process.stdout.write(`\n${unexplained} differences without a cause\n`);
  return unexplained > 0 ? 1 : 0;
}

function compareImage(image: string | undefined, name: string, place: Required<ToolPlace>): number {
  if (!image) {
    process.stdout.write(`${name}: not run, there is no ${name}.tar\n`);
    return 0;
  }
  const ours = breakwater(image, name, place);
  const listed = syft(image, name, place);
  const peers = [listed, grype(image, name, place), osvScanner(image, name, place)];
  process.stdout.write(`\n## ${name}\n${count(ours)}\n`);
  let unexplained = 0;
  for (const theirs of peers) {
    // Grype's packages are Syft's: they are compared once, and known when its flaws are judged.
    const packages = theirs.tool === 'grype' ? listed.packages : theirs.packages;
    const sides = openSides(join(place.keep, `${name}.breakwater.json`), place.database, ours, { ...theirs, packages });
    const { shared, differences } = compareListings(name, ours, theirs);
    process.stdout.write(
      `\n### ${count(theirs)}; in both: ${shared.packages} package versions, ${shared.flaws} flaws\n`,
    );
    unexplained += print(byCause(differences, sides));
    sides.close();
  }
  return unexplained;
}

function count({ tool, packages, flaws }: Listing): string {
  const distinct = new Set(packages.map(({ type, name, version }) => `${type} ${name} ${version}`)).size;
  return `${tool}: ${packages.length} packages (${distinct} versions)${flaws ? `, ${flaws.length} flaws of package versions` : ''}`;
}

function print(groups: ReadonlyMap<Cause | undefined, readonly Difference[]>): number {
  for (const cause of causes) {
    const group = groups.get(cause);
    if (!group) continue;
    const sum = (kind: Difference['kind'], only: Difference['only']) => {
      const number = group.filter((difference) => difference.kind === kind && difference.only === only).length;
      return number > 0 ? [`${number} ${kind}${number === 1 ? '' : 's'} only ${only}`] : [];
    };
    const kinds = (['package', 'place', 'flaw'] as const).flatMap((kind) => [
      ...sum(kind, 'ours'),
      ...sum(kind, 'theirs'),
    ]);
    process.stdout.write(`  ${cause.id} (${cause.right}): ${kinds.join(', ')}; ${cause.title}\n`);
    const isListed = values.list === 'all' || values.list === cause.id;
    for (const difference of group.slice(0, isListed ? undefined : 1))
      process.stdout.write(`      ${shown(difference)}\n`);
  }
  const rest = groups.get(undefined) ?? [];
  for (const difference of rest) process.stdout.write(`  WITHOUT A CAUSE: ${shown(difference)}\n`);
  return rest.length;
}
