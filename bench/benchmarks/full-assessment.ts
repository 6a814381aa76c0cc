import { join } from 'node:path';
import { type PushRegistry, startPushRegistry } from '../../test/support/push-registry.ts';
import type { Benchmark } from '../benchmark.ts';
import { addRegistry, type MeasuredServer, startMeasuredServer } from '../server/measured-server.ts';
import { memoryOf } from '../server/memory.ts';
import { inParallel, type Pushed, packagesEach, pushEstate } from '../server/push-estate.ts';

const images = 1_000;

export const fullAssessment: Benchmark = {
  id: 'full-assessment',
  title: 'A registry assessed from nothing',
  method: `${images} images of ${packagesEach} packages each, made from real package lists in many versions, lie in Debian's docker-registry. From the moment when an empty server is told of the registry until the last image is scanned and every finding can be read; the pull is part of it. Beside it, how long a plain client takes to fetch the same bytes, two images at a time.`,
  run: async ({ breakwater, directory }) => {
    const registry = await startPushRegistry();
    const server = await startMeasuredServer(breakwater, join(directory, 'data'));
    try {
      const pushed = await pushEstate(registry, images, 'all');
      const pull = await timeOfPull(registry, pushed);
      const began = performance.now();
      await addRegistry(server, 'local', registry.host);
      const { peak } = await allScanned(server, images);
      const all = performance.now() - began;
      const columns = [
        { name: 'assessed', unit: 'ms', values: [all] },
        { name: 'plain pull', unit: 'ms', values: [pull] },
        { name: 'memory at most (PSS)', unit: 'MB', values: [peak] },
      ] as const;
      return {
        rows: [{ subject: `${images} images`, columns }],
        verdicts: [
          { budget: '1,000 images assessed, without the pull', unit: 'ms', atMost: 60_000, figures: [all - pull] },
        ],
        notRun: [],
      };
    } finally {
      await registry.stop();
      await server.remove();
    }
  },
};

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string }[];
}

const accept = 'application/vnd.oci.image.manifest.v1+json';

async function timeOfPull({ host }: PushRegistry, pushed: readonly Pushed[]): Promise<number> {
  const began = performance.now();
  await inParallel(2, pushed, async ({ repository, digest }) => {
    const of = (path: string) => fetch(`http://${host}/v2/${repository}/${path}`, { headers: { accept } });
    const { config, layers } = (await (await of(`manifests/${digest}`)).json()) as Manifest;
    for (const blob of [config, ...layers]) await (await of(`blobs/${blob.digest}`)).arrayBuffer();
  });
  return performance.now() - began;
}

const patienceMs = 15 * 60_000;

async function allScanned(server: MeasuredServer, count: number): Promise<{ readonly peak: number }> {
  const end = performance.now() + patienceMs;
  let peak = 0;
  for (;;) {
    const { total, items } = await server.api<{ total: number; items: { packages: number }[] }>(
      'GET',
      '/images?state=scanned&limit=1',
    );
    peak = Math.max(peak, memoryOf(server.child.pid ?? 0));
    if (total === count) {
      if (items[0]?.packages !== packagesEach) throw new Error(`${items[0]?.packages} packages were found`);
      return { peak };
    }
    if (performance.now() > end) throw new Error(`Only ${total} images were scanned: ${server.log()}`);
    await new Promise((resume) => setTimeout(resume, 250));
  }
}
