import { startPushRegistry } from '../../test/support/push-registry.ts';
import type { Benchmark, Row } from '../benchmark.ts';
import { makeEstate } from '../server/estate.ts';
import { realInventories } from '../server/estate-files.ts';
import { type LoadFigures, load } from '../server/load.ts';
import { addRegistry, type MeasuredServer, startMeasuredServer } from '../server/measured-server.ts';
import { memoryOf } from '../server/memory.ts';
import { openEstate } from '../server/open-estate.ts';
import { pushEstate } from '../server/push-estate.ts';
import { quantile } from '../statistics.ts';

const perSecond = 200;
const imagesAskedFor = 500;
/** A server that runs for a while has its code compiled, and images that people look at in its memory. */
const warmUp = { perSecond: 100, seconds: 30 };
const idleMs = 15_000;
const sampleMs = 1_000;
/** Enough that scans run all the time, at six a second. */
const scansASecond = 6;

export const serverLoad: Benchmark = {
  id: 'server-load',
  title: 'The server under load',
  method: `${perSecond} requests a second at a fixed rate, each timed from when it was due: lists of images with filters, images, their findings, lists of vulnerabilities, single ones and whom they affect, overview and search; after half a minute of the same at ${warmUp.perSecond} a second. Meanwhile the images of a registry that was just added are scanned. Memory is the proportional share (PSS) of the server, its database and its workers together: idle after the start, and the most under load.`,
  run: async (context) => {
    const dataDir = await openEstate(context);
    const registry = await startPushRegistry();
    const server = await startMeasuredServer(context.breakwater, dataDir);
    try {
      const { seconds } = context.estate;
      await pushEstate(registry, seconds * scansASecond, 'bench');
      const pathOf = await pathsOf(server);
      await load({ ...server, pathOf, ...warmUp });
      await new Promise((resume) => setTimeout(resume, idleMs));
      const idle = memoryOf(server.child.pid ?? 0);
      const before = await countScanned(server);
      await addRegistry(server, `bench-${Date.now()}`, registry.host);
      let peak = 0;
      const timer = setInterval(() => {
        peak = Math.max(peak, memoryOf(server.child.pid ?? 0));
      }, sampleMs);
      const figures = await load({ ...server, pathOf, perSecond, seconds }).finally(() => clearInterval(timer));
      const after = await countScanned(server);
      return outcomeOf(figures, { idle, peak, images: before, scans: after - before });
    } finally {
      await registry.stop();
      if (context.estate.dataDir) await server.stop();
      else await server.remove();
    }
  },
};

interface Around {
  readonly idle: number;
  readonly peak: number;
  readonly images: number;
  readonly scans: number;
}

function outcomeOf({ latencies, byPath, errors }: LoadFigures, { idle, peak, images, scans }: Around) {
  const failed = [...errors.values()].reduce((sum, times) => sum + times, 0);
  const rowOf = (subject: string, values: readonly number[]): Row => ({
    subject,
    columns: [
      { name: 'requests', unit: '', values: [values.length] },
      { name: 'p50', unit: 'ms', values: [quantile(values, 0.5)] },
      { name: 'p95', unit: 'ms', values: [quantile(values, 0.95)] },
      { name: 'p99', unit: 'ms', values: [quantile(values, 0.99)] },
      { name: 'slowest', unit: 'ms', values: [quantile(values, 1)] },
    ],
  });
  const all = rowOf(`all, on ${images.toLocaleString('en')} images`, latencies);
  const more = [
    { name: 'errors', unit: '', values: [failed] },
    { name: 'scans meanwhile', unit: '', values: [scans] },
    { name: 'memory idle', unit: 'MB', values: [idle] },
    { name: 'memory at most', unit: 'MB', values: [peak] },
  ] as const;
  return {
    rows: [{ ...all, columns: [...all.columns, ...more] }, ...[...byPath].map(([path, values]) => rowOf(path, values))],
    verdicts: [
      { budget: 'errors under load', unit: '', atMost: 0, figures: [failed] },
      { budget: 'p99 under load', unit: 'ms', atMost: 300, figures: [quantile(latencies, 0.99)] },
      { budget: 'memory of the server and all its children', unit: 'MB', atMost: 700, figures: [idle, peak] },
    ],
    notRun: [...errors].map(([what, times]) => `${times} requests failed: ${what}`),
  } as const;
}

async function countScanned(server: MeasuredServer): Promise<number> {
  return (await server.api<{ total: number }>('GET', '/images?state=scanned&limit=1')).total;
}

/** What people and programs ask for, over things that there are. */
async function pathsOf(server: MeasuredServer): Promise<(at: number) => string> {
  // The first ones have details of their own; those of later ones are shared, to load them quickly.
  const images = [...makeEstate(realInventories(), imagesAskedFor, 1)];
  const { items: flaws } = await server.api<{ items: { id: string }[] }>('GET', '/vulnerabilities?limit=500');
  const digest = (at: number) => images[at % images.length]?.digest ?? '';
  const name = (at: number) => images[at % images.length]?.name.split(/[/:]/).at(-2) ?? '';
  const flaw = (at: number) => flaws[at % flaws.length]?.id ?? '';
  const severity = (at: number) => ['critical', 'high', 'medium'][at % 3];
  const sort = (at: number) => ['risk', 'name', 'pushed', 'scanned', 'critical'][at % 5];
  const kinds: readonly ((at: number) => string)[] = [
    (at) => `/images?sort=${sort(at)}`,
    (at) => `/images?severity=${severity(at)}&fixable=true`,
    (at) => `/images?q=${name(at)}`,
    (at) => `/images/${digest(at)}`,
    (at) => `/images/${digest(at)}/findings`,
    (at) => `/vulnerabilities?severity=${severity(at)}`,
    (at) => `/vulnerabilities/${flaw(at)}`,
    (at) => `/vulnerabilities/${flaw(at)}/images`,
    () => '/overview',
    (at) => `/search?q=${at % 2 === 0 ? name(at) : flaw(at)}`,
  ];
  return (at) => `/api/v1${kinds[at % kinds.length]?.(Math.floor(at / kinds.length) * 7) ?? ''}`;
}
