import { join } from 'node:path';
import { startPushRegistry } from '../../test/support/push-registry.ts';
import type { Benchmark } from '../benchmark.ts';
import { addRegistry, notificationsOf, scanned, startMeasuredServer } from '../server/measured-server.ts';
import { median, quantile } from '../statistics.ts';

const pushes = 50;

export const pushToFindings: Benchmark = {
  id: 'push-to-findings',
  title: 'From a push to its findings',
  method:
    "50 images, each with a layer that nobody saw before, are pushed one after the other to Debian's docker-registry, which notifies the server. From the end of a push until `GET /api/v1/images/{digest}` says `scanned` and how many findings there are, asked every 10 ms; the pull is part of it.",
  run: async ({ breakwater, directory }) => {
    const registry = await startPushRegistry();
    const server = await startMeasuredServer(breakwater, join(directory, 'data'));
    try {
      await addRegistry(server, 'local', registry.host);
      await registry.restart(await notificationsOf(server, 'local'));
      const values: number[] = [];
      // The first one starts the worker; it is counted, too.
      for (let at = 0; at < pushes; at += 1) {
        const digest = await registry.push(`team/app-${at % 5}`, `1.${at}`);
        const pushed = performance.now();
        const { counts } = await scanned(server, digest);
        values.push(performance.now() - pushed);
        if (Object.values(counts).every((count) => count === 0)) throw new Error(`${digest} has no findings`);
      }
      const p99 = quantile(values, 0.99);
      const columns = [
        { name: 'push to findings', unit: 'ms', values },
        { name: 'p99', unit: 'ms', values: [p99] },
      ] as const;
      return {
        rows: [{ subject: `${pushes} pushes`, columns }],
        verdicts: [
          { budget: 'push to findings, with the pull', unit: 'ms', atMost: 5_000, figures: [median(values), p99] },
        ],
        notRun: [],
      };
    } finally {
      await registry.stop();
      await server.remove();
    }
  },
};
