import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isMet } from './benchmark.ts';
import { benchmarks } from './benchmarks/index.ts';
import { installBreakwater } from './breakwater.ts';
import { budgetTable, plainTable, type Result, tableOf } from './figures.ts';
import { openImages } from './images.ts';
import { openPeers } from './peers.ts';
import { writePage } from './performance-page.ts';

const help = `Measures speed and memory side by side with other programs.

Usage: npm run bench -- [options]

  --images DIR   the reference images, made by bench/images/build.sh DIR
  --peers DIR    other scanners: bin/grype, bin/osv-scanner, grype-cache
  --data DIR     build the whole vulnerability database from there, instead of using the starter
  --only NAME    one benchmark; may be given several times: ${benchmarks.map(({ id }) => id).join(', ')}
  --images-in-store N  images of the server's estate; default: 5000
  --store DIR    keep that estate there, or take what is there
  --large-store DIR  the same with 50,000 images
  --seconds N    how long the server is asked under load; default: 60
  --runs N       counted runs of each side; default: 5
  --json FILE    all figures; default: dist/bench.json
  --markdown     also write them into docs/performance.md; with --only, beside those of earlier runs in the JSON file
`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const { values } = parseArgs({
  options: {
    images: text,
    peers: text,
    data: text,
    only: { ...text, multiple: true },
    runs: { ...text, default: '5' },
    'images-in-store': { ...text, default: '5000' },
    store: text,
    'large-store': text,
    seconds: { ...text, default: '60' },
    json: { ...text, default: join(import.meta.dirname, '../dist/bench.json') },
    markdown: flag,
    help: flag,
  },
});
process.exitCode = values.help ? say(help) : await main();

async function main(): Promise<number> {
  const unknown = values.only?.find((name) => benchmarks.every(({ id }) => id !== name));
  if (unknown) return say(`There is no benchmark "${unknown}".\n\n${help}`, 2);
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) return say(`--runs takes a whole number from 1, not "${values.runs}".\n`, 2);
  const directory = mkdtempSync(join(tmpdir(), 'breakwater-bench-'));
  try {
    const measured = await runAll(directory, runs);
    const results = values.only ? besideEarlier(measured) : measured;
    mkdirSync(dirname(values.json), { recursive: true });
    writeFileSync(values.json, `${JSON.stringify(results.map(described), undefined, 2)}\n`);
    if (values.markdown) writePage(results, runs);
    return 0;
  } catch (error) {
    return say(`${error instanceof Error ? error.message : error}\n`, 2);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What this run measured, and of the others what an earlier one did: a machine is rarely quiet for all of them. */
function besideEarlier(measured: readonly Result[]): readonly Result[] {
  if (!existsSync(values.json)) return measured;
  const earlier = JSON.parse(readFileSync(values.json, 'utf8')) as readonly ReturnType<typeof described>[];
  return benchmarks.flatMap((benchmark): readonly Result[] => {
    const fresh = measured.find((result) => result.benchmark === benchmark);
    const kept = earlier.find(({ id }) => id === benchmark.id);
    return fresh ? [fresh] : kept ? [{ benchmark, outcome: kept }] : [];
  });
}

async function runAll(directory: string, runs: number): Promise<readonly Result[]> {
  const shared = {
    runs,
    breakwater: installBreakwater(join(directory, 'breakwater'), values.data && resolve(values.data)),
    images: values.images ? openImages(resolve(values.images)) : undefined,
    peers: values.peers ? openPeers(resolve(values.peers), directory) : undefined,
    estate: {
      images: Number(values['images-in-store']),
      dataDir: values.store && resolve(values.store),
      largeDataDir: values['large-store'] && resolve(values['large-store']),
      seconds: Number(values.seconds),
    },
  };
  const results: Result[] = [];
  for (const benchmark of benchmarks) {
    if (values.only && !values.only.includes(benchmark.id)) continue;
    const own = join(directory, benchmark.id);
    mkdirSync(own);
    const outcome = await benchmark.run({ ...shared, directory: own });
    rmSync(own, { recursive: true, force: true });
    results.push({ benchmark, outcome });
    say(`${benchmark.title}\n`);
    if (outcome.rows.length > 0) say(`${plainTable(tableOf(outcome))}\n`);
    for (const reason of outcome.notRun) say(`not run: ${reason}\n`);
    say('\n');
  }
  const verdicts = results.flatMap(({ benchmark: { id }, outcome }) =>
    outcome.verdicts.map((verdict) => ({ id, verdict })),
  );
  if (verdicts.length > 0) say(`${plainTable(budgetTable(verdicts))}\n`);
  return results;
}

function described({ benchmark: { id, title }, outcome }: Result) {
  const verdicts = outcome.verdicts.map((verdict) => ({ ...verdict, met: isMet(verdict) }));
  return { id, title, ...outcome, verdicts };
}

function say(message: string, code = 0): number {
  (code === 0 ? process.stdout : process.stderr).write(message);
  return code;
}
