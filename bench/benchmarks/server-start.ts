import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../../test/support/loopback.ts';
import { adminPassword } from '../../test/support/server-process.ts';
import type { Benchmark } from '../benchmark.ts';
import type { Breakwater } from '../breakwater.ts';
import { median } from '../statistics.ts';

export const serverStart: Benchmark = {
  id: 'server-start',
  title: 'Start of the server',
  method:
    'From the start of the process until `GET /` answers with the sign-in page, and until `/readyz` says ready. First with an empty data directory, where keys and database are made and no compiled code is cached; then again with what that left, after an orderly stop and after `kill -9`.',
  run: async ({ breakwater, runs, directory }) => {
    const figures = new Map<string, { readonly page: number[]; readonly ready: number[] }>();
    const measure = async (subject: string, dataDir: string, end: NodeJS.Signals) => {
      const { page, ready } = await startOnce(breakwater, dataDir, end);
      const known = figures.get(subject) ?? { page: [], ready: [] };
      figures.set(subject, known);
      known.page.push(page);
      known.ready.push(ready);
    };
    for (let run = 0; run < runs; run += 1) {
      const dataDir = join(directory, String(run));
      await measure('empty directory', dataDir, 'SIGTERM');
      await measure('restart', dataDir, 'SIGKILL');
      await measure('restart after kill -9', dataDir, 'SIGTERM');
    }
    const rows = [...figures].map(([subject, { page, ready }]) => ({
      subject,
      columns: [
        { name: 'sign-in page', unit: 'ms', values: page },
        { name: 'ready', unit: 'ms', values: ready },
      ] as const,
    }));
    const slowest = (subject: string) => median(figures.get(subject)?.ready ?? []);
    return {
      rows,
      verdicts: [
        { budget: 'empty directory to sign-in page', unit: 'ms', atMost: 6_000, figures: [slowest('empty directory')] },
        { budget: 'restart to sign-in page', unit: 'ms', atMost: 2_000, figures: [slowest('restart')] },
      ],
      notRun: [],
    };
  },
};

async function startOnce(breakwater: Breakwater, dataDir: string, end: NodeJS.Signals) {
  const port = await freePort();
  const args = ['--data-dir', dataDir, '--listen', `127.0.0.1:${port}`, '--log-level', 'warn'];
  const { program, args: given, environment } = breakwater.command('server', ...args);
  const started = performance.now();
  const child = spawn(program, given, {
    stdio: 'ignore',
    env: {
      ...process.env,
      ...environment,
      BREAKWATER_ADMIN_PASSWORD: adminPassword,
      NODE_COMPILE_CACHE: join(dataDir, 'code'),
    },
  });
  const exited = once(child, 'exit');
  const answers = async (path: string, isRight: (answer: Response) => boolean) => {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}`);
      const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
      await answer?.text();
      if (answer && isRight(answer)) return performance.now() - started;
      await new Promise((resume) => setTimeout(resume, 10));
    }
  };
  const page = await answers(
    '/',
    ({ ok, headers }) => ok && headers.get('content-type')?.startsWith('text/html') === true,
  );
  const ready = await answers('/readyz', ({ ok }) => ok);
  child.kill(end);
  await exited;
  return { page, ready };
}
