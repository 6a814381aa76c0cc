import { Agent, get } from 'node:http';

export interface LoadOptions {
  /** Without a path. */
  readonly url: string;
  readonly authorization: string;
  /** What the request of this number asks for. */
  readonly pathOf: (at: number) => string;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface LoadFigures {
  /** ms of each request, from when it was due: one that had to wait for others counts with its wait. */
  readonly latencies: readonly number[];
  /** The same by what was asked, without its query and its ids. */
  readonly byPath: ReadonlyMap<string, readonly number[]>;
  /** What failed, and how often. */
  readonly errors: ReadonlyMap<string, number>;
}

/** Asks at a fixed rate, however slow the answers come. */
export async function load({ url, authorization, pathOf, perSecond, seconds }: LoadOptions): Promise<LoadFigures> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const byPath = new Map<string, number[]>();
  const errors = new Map<string, number>();
  const running: Promise<void>[] = [];
  const began = performance.now();
  const total = Math.round(perSecond * seconds);
  const send = async (at: number) => {
    const due = began + (at * 1000) / perSecond;
    const path = pathOf(at);
    const failure = await ask(`${url}${path}`, authorization, agent);
    if (failure) errors.set(failure, (errors.get(failure) ?? 0) + 1);
    const name = nameOf(path);
    const known = byPath.get(name) ?? [];
    byPath.set(name, known);
    known.push(performance.now() - due);
  };
  while (running.length < total) {
    const due = Math.min(total, 1 + Math.floor(((performance.now() - began) * perSecond) / 1000));
    while (running.length < due) running.push(send(running.length));
    await new Promise((resume) => setTimeout(resume, 2));
  }
  await Promise.all(running);
  agent.destroy();
  return { latencies: [...byPath.values()].flat(), byPath, errors };
}

const patienceMs = 30_000;

/** Undefined when all went well. */
function ask(url: string, authorization: string, agent: Agent): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent, headers: { authorization }, timeout: patienceMs }, (response) => {
      response.on('error', (error) => resolve(error.message));
      response.on('end', () => resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`));
      response.resume();
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (error) => resolve(error.message));
  });
}

function nameOf(path: string): string {
  return (path.split('?')[0] ?? '').replace(/sha256:[0-9a-f]+|(?<=vulnerabilities\/)[^/]+/, '…').replace('/api/v1', '');
}
