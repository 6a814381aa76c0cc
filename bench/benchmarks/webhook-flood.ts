import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { startPushRegistry } from '../../test/support/push-registry.ts';
import type { Benchmark } from '../benchmark.ts';
import { load } from '../server/load.ts';
import { addRegistry, notificationsOf, scanned, startMeasuredServer } from '../server/measured-server.ts';
import { median, quantile } from '../statistics.ts';

const notifications = 10_000;
const atOnce = 64;

export const webhookFlood: Benchmark = {
  id: 'webhook-flood',
  title: 'A flood of notifications',
  method: `${notifications.toLocaleString('en')} notifications, as fast as ${atOnce} connections take them: in turn one with a wrong secret, one for a registry that there is none of, and one of 50 genuine ones that came before. Meanwhile the list of images is asked for 20 times a second. A repeated notification is answered as the first one was, or refused when too many come; neither it nor a forged one may lead to a scan.`,
  run: async ({ breakwater, directory }) => {
    const registry = await startPushRegistry();
    const server = await startMeasuredServer(breakwater, join(directory, 'data'));
    try {
      await addRegistry(server, 'local', registry.host);
      const { url, secret } = await notificationsOf(server, 'local');
      const digest = await registry.push('team/app', '1');
      const genuine = Array.from({ length: 50 }, (_, at) => pushOf(digest, `delivery-${at}`));
      await send(url, secret, genuine[0] ?? '', new Agent());
      await scanned(server, digest);
      const before = await countJobs(server);
      const flood = sendAll(url, secret, genuine);
      const path = '/api/v1/images?limit=50';
      const probes = load({
        ...{ url: server.url, authorization: server.authorization, pathOf: () => path },
        ...{ perSecond: 20, seconds: 10 },
      });
      const { statuses, ms } = await flood;
      const { latencies, errors } = await probes;
      const scans = (await countJobs(server)) - before;
      const of = (status: number) => statuses.get(status) ?? 0;
      const others = notifications - of(200) - of(401) - of(429);
      const columns = [
        { name: 'all answered', unit: 'ms', values: [ms] },
        { name: 'refused', unit: '', values: [of(401)] },
        { name: 'too many', unit: '', values: [of(429)] },
        { name: 'taken before', unit: '', values: [of(200)] },
        { name: 'other answers', unit: '', values: [others] },
        { name: 'scans that followed', unit: '', values: [scans] },
        { name: 'list of images meanwhile', unit: 'ms', values: latencies },
        { name: 'its p99', unit: 'ms', values: [quantile(latencies, 0.99)] },
      ] as const;
      return {
        rows: [{ subject: `${notifications} notifications`, columns }],
        verdicts: [
          {
            budget: 'scans and faults by forged or repeated notifications',
            unit: '',
            atMost: 0,
            figures: [scans, others],
          },
          {
            budget: 'list of images during the flood',
            unit: 'ms',
            atMost: 300,
            figures: [median(latencies), quantile(latencies, 0.99)],
          },
        ],
        notRun: [...errors].map(([what, times]) => `${times} lists of images failed: ${what}`),
      };
    } finally {
      await registry.stop();
      await server.remove();
    }
  },
};

function pushOf(digest: string, id: string): string {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const target = { mediaType, digest, repository: 'team/app', tag: '1' };
  return JSON.stringify({ events: [{ id, timestamp: new Date().toISOString(), action: 'push', target }] });
}

async function sendAll(url: string, secret: string, genuine: readonly string[]) {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const statuses = new Map<number, number>();
  const began = performance.now();
  let sent = 0;
  const run = async () => {
    while (sent < notifications) {
      const at = sent;
      sent += 1;
      const body = genuine[at % genuine.length] ?? '';
      const status =
        at % 3 === 0
          ? await send(url, 'a secret that was guessed', body, agent)
          : at % 3 === 1
            ? await send(`${url}-${at}`, secret, body, agent)
            : await send(url, secret, body, agent);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  agent.destroy();
  return { statuses, ms: performance.now() - began };
}

function send(url: string, secret: string, body: string, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    request(url, { method: 'POST', agent, headers }, (response) => {
      response.on('end', () => resolve(response.statusCode ?? 0)).resume();
    })
      .on('error', () => resolve(0))
      .end(body);
  });
}

async function countJobs(server: { readonly api: <T>(method: string, path: string) => Promise<T> }): Promise<number> {
  const { items } = await server.api<{ items: readonly unknown[] }>('GET', '/jobs?kind=scan&limit=500');
  return items.length;
}
