import type { Benchmark, Row } from '../benchmark.ts';
import { type MeasuredServer, startMeasuredServer } from '../server/measured-server.ts';
import { memoryOf } from '../server/memory.ts';
import { openEstate } from '../server/open-estate.ts';
import { type Read, readsOf } from '../server/reads.ts';
import { quantile } from '../statistics.ts';

const images = 50_000;
const warmUps = 3;
const times = 50;
/** For what takes seconds, fewer times are enough. */
const patienceMs = 5_000;

export const serverReads: Benchmark = {
  id: 'server-reads',
  title: `Pages of an estate of ${images.toLocaleString('en')} images`,
  method: `Each list and page ${times} times, or as often as five seconds allow, one after the other, over HTTP, until the whole answer is there; after ${warmUps} times that do not count. First as somebody who may see everything, then with the role of a reader of the one registry in which all images lie: what such a caller may see is decided image by image. Memory is the proportional share (PSS) of the server, its database and its workers together, the most of any moment.`,
  run: async (context) => {
    const dataDir = await openEstate({
      ...context,
      estate: { ...context.estate, images, dataDir: context.estate.largeDataDir },
    });
    const server = await startMeasuredServer(context.breakwater, dataDir);
    try {
      const reader = await tokenOfReader(server);
      const reads = await readsOf(async (path) => JSON.parse(await textOf(server, path, reader)));
      const rows: Row[] = [];
      let memory = 0;
      for (const read of reads) {
        const all = await measure(server, read, server.authorization);
        const part = await measure(server, read, reader);
        memory = Math.max(memory, memoryOf(server.child.pid ?? 0));
        rows.push(rowOf(read, all, part));
      }
      return {
        rows,
        verdicts: [
          verdictOf('image lists and search, p95', 100, reads, rows),
          verdictOf('vulnerabilities and overview, p95', 200, reads, rows),
          { budget: `memory with ${images.toLocaleString('en')} images`, unit: 'MB', atMost: 700, figures: [memory] },
        ],
        notRun: [],
      };
    } finally {
      if (context.estate.largeDataDir) await server.stop();
      else await server.remove();
    }
  },
};

interface Measured {
  readonly times: readonly number[];
  readonly bytes: number;
}

async function measure(server: MeasuredServer, { path }: Read, authorization: string): Promise<Measured> {
  const taken: number[] = [];
  let bytes = 0;
  const end = performance.now() + patienceMs;
  for (let at = 0; at < warmUps + times && (taken.length === 0 || performance.now() < end); at += 1) {
    const began = performance.now();
    bytes = (await textOf(server, path, authorization)).length;
    if (at >= warmUps) taken.push(performance.now() - began);
  }
  return { times: taken, bytes };
}

async function textOf({ url }: MeasuredServer, path: string, authorization: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1${path}`, { headers: { authorization } });
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
  return answer.text();
}

function rowOf({ name }: Read, all: Measured, part: Measured): Row {
  const column = (title: string, { times: taken }: Measured, at: number) =>
    ({ name: title, unit: 'ms', values: [quantile(taken, at)] }) as const;
  return {
    subject: name,
    columns: [
      column('p50', all, 0.5),
      column('p95', all, 0.95),
      column('p50, a reader', part, 0.5),
      column('p95, a reader', part, 0.95),
      { name: 'answer', unit: 'kB', values: [all.bytes / 1_000] },
    ],
  };
}

function verdictOf(budget: string, atMost: number, reads: readonly Read[], rows: readonly Row[]) {
  const figures = reads.flatMap((read, at) => (read.budget === atMost ? (rows[at]?.columns[1]?.values ?? []) : []));
  return { budget, unit: 'ms', atMost, figures } as const;
}

interface Registry {
  readonly name: string;
  readonly images: { readonly known: number };
}

/** Of the registry with the most images. */
async function tokenOfReader({ api }: MeasuredServer): Promise<string> {
  const { items } = await api<{ items: readonly Registry[] }>('GET', '/registries?limit=100');
  const [registry] = [...items].sort((a, b) => b.images.known - a.images.known);
  const scope = { kind: 'registry', value: registry?.name ?? '' };
  const { token } = await api<{ token: string }>('POST', '/tokens', {
    name: `reader ${Date.now()}`,
    grants: [{ role: 'reader', scope }],
    days: 1,
  });
  return `Bearer ${token}`;
}
