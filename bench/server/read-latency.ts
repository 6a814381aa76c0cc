/**
 * How long each list and page of the API takes over a large estate: the handler, the schema of its answer and its JSON,
 * without the network. `tools/node bench/server/read-latency.ts --url postgres://…` names a store that holds one, or
 * `--seed 50000` fills an empty one first. Prints a line for each read and fails where a budget is not met.
 */
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import type { ServerContext } from '../../src/server/context.ts';
import type { Caller, Route } from '../../src/server/route.ts';
import { routes } from '../../src/server/routes/index.ts';
import { connect } from '../../src/store/connect.ts';
import { migrate } from '../../src/store/migrate.ts';
import { recount } from '../../src/store/recount.ts';
import { silentLog } from '../../src/store/store-log.ts';
import type { Store } from '../../src/store/tables.ts';
import { seedEstate } from '../../src/store/testing/seed-estate.ts';
import { quantile } from '../statistics.ts';

interface Read {
  readonly name: string;
  readonly route: string;
  readonly params?: object;
  readonly query?: object;
  /** ms, at the 95th percentile. */
  readonly budget?: number;
}

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    seed: { type: 'string' },
    runs: { type: 'string', default: '30' },
    scope: { type: 'string', default: '' },
  },
});
if (!values.url) throw new Error('--url names the store');
const { store, pool, close } = connect({ url: values.url, log: silentLog });
try {
  if (values.seed) await seed(Number(values.seed));
  const counted = await recount(store);
  if (counted) process.stdout.write(`counted ${counted.images} images in ${counted.took} ms\n`);
  process.exitCode = (await measure(await readsOf(store), Number(values.runs))) ? 0 : 1;
} finally {
  await close();
}

async function measure(reads: readonly Read[], runs: number): Promise<boolean> {
  let areMet = true;
  for (const read of reads) {
    const times: number[] = [];
    let bytes = 0;
    for (let run = 0; run < runs; run += 1) {
      const started = performance.now();
      bytes = (await answer(read)).length;
      times.push(performance.now() - started);
    }
    const [least, p50, p95] = [Math.min(...times), quantile(times, 0.5), quantile(times, 0.95)];
    const isMet = read.budget === undefined || p95 <= read.budget;
    areMet &&= isMet;
    const budget = read.budget === undefined ? '' : `${isMet ? 'within' : 'OVER'} ${read.budget}`;
    process.stdout.write(
      `${read.name.padEnd(36)} least ${least.toFixed(1).padStart(6)}  p50 ${p50.toFixed(1).padStart(7)}  p95 ${p95.toFixed(1).padStart(7)} ms  ${String(bytes).padStart(7)} bytes  ${budget}\n`,
    );
  }
  return areMet;
}

async function answer({ route: id, params = {}, query = {} }: Read): Promise<string> {
  const route = routes.find((each) => each.id === id) as Route;
  const request = {
    params,
    query: route.query?.parse(query),
    body: undefined,
    caller: callerOf(values.scope),
    id: 'bench',
    headers: {},
    signal: new AbortController().signal,
  };
  const body = await route.handle(request as never, { store, now: () => new Date() } as unknown as ServerContext);
  return JSON.stringify(route.answer?.parse(body));
}

/** `--scope registry:alpha` reads as somebody who sees that registry only. */
function callerOf(text: string): Caller {
  const [kind = '', value = ''] = text.split(/:(.*)/);
  const scope = text === '' ? { kind: 'all' as const } : { kind: kind as 'registry' | 'repository', value };
  return { who: 'bench', account: '', by: 'session', grants: [{ role: 'reader', scope }], from: '' };
}

async function readsOf(store: Store): Promise<readonly Read[]> {
  const { rows } = await sql<{
    digest: string;
    flaw: string;
    rare: string;
    name: string;
    part: string;
    update: string;
  }>`SELECT
    (SELECT digest FROM image JOIN image_components ON image = id ORDER BY id OFFSET 4710 LIMIT 1) AS digest,
    (SELECT name FROM flaw JOIN flaw_summary ON flaw = id ORDER BY images DESC LIMIT 1) AS flaw,
    (SELECT name FROM flaw JOIN flaw_summary ON flaw = id ORDER BY images LIMIT 1) AS rare,
    (SELECT name FROM package_summary ORDER BY images DESC LIMIT 1) AS name,
    (SELECT substr(name, 1, 12) FROM repository ORDER BY id DESC LIMIT 1) AS part,
    (SELECT key FROM update_summary ORDER BY images DESC LIMIT 1) AS update`.execute(store);
  const one = rows[0];
  if (!one) throw new Error('the store is empty');
  const image = { digest: one.digest };
  const lists = (['risk', 'name', 'pushed', 'scanned', 'critical'] as const).map((sort) => ({
    name: `images by ${sort}`,
    route: 'images.list',
    query: { sort },
    budget: 100,
  }));
  const searches = [one.part.slice(0, 1), one.part.slice(0, 3), one.part, one.name, one.flaw, one.flaw.slice(0, 8)].map(
    (q) => ({
      name: `search "${q}"`,
      route: 'search',
      query: { q },
      budget: 100,
    }),
  );
  return [
    ...lists,
    { name: `images named "${one.part}"`, route: 'images.list', query: { q: one.part }, budget: 100 },
    { name: 'images with critical findings', route: 'images.list', query: { severity: 'critical' }, budget: 100 },
    { name: 'images with the commonest package', route: 'images.list', query: { package: one.name }, budget: 100 },
    { name: 'images with the commonest flaw', route: 'images.list', query: { vulnerability: one.flaw }, budget: 100 },
    { name: 'facets of images', route: 'images.facets' },
    { name: 'findings of an image', route: 'images.findings', params: image, query: {} },
    { name: 'upgrades of an image', route: 'images.upgrades', params: image },
    { name: 'history of an image', route: 'images.history', params: image, query: {} },
    { name: 'findings', route: 'findings.list', query: {} },
    { name: 'findings by text', route: 'findings.list', query: { q: one.flaw } },
    ...(['risk', 'images', 'epss', 'id', 'firstSeen'] as const).map((sort) => ({
      name: `vulnerabilities by ${sort}`,
      route: 'vulnerabilities.list',
      query: { sort },
      budget: 200,
    })),
    { name: 'the commonest vulnerability', route: 'vulnerabilities.read', params: { id: one.flaw }, budget: 200 },
    { name: 'its images', route: 'vulnerabilities.images', params: { id: one.flaw }, query: {}, budget: 200 },
    { name: 'the rarest vulnerability', route: 'vulnerabilities.read', params: { id: one.rare }, budget: 200 },
    { name: 'recommendations', route: 'recommendations.list', query: {} },
    { name: 'the widest recommendation', route: 'recommendations.read', params: { id: one.update } },
    { name: 'overview', route: 'overview', query: {}, budget: 200 },
    { name: 'history', route: 'history.list', query: {} },
    { name: 'exceptions', route: 'exceptions.list', query: {} },
    ...searches,
  ];
}

async function seed(images: number): Promise<void> {
  await migrate({ pool, log: silentLog });
  await seedEstate(store, {
    images,
    packagesPerImage: 300,
    components: images * 4,
    flaws: 30_000,
    repositories: images / 25,
  });
}
