import type { ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import { type SeenRequest, startServer } from '../../registry/testing/strict-registry.ts';
import { createTransport, type Transport } from '../../registry/transport.ts';
import type { ListedImage, Page, RegistryAccess, RegistryConnector, SignIn } from '../../registry-connector.ts';

/** A local server that stands for a host of the real world. */
export type Pretender = (request: SeenRequest, response: ServerResponse) => void;

export interface Mapped {
  readonly access: RegistryAccess;
  /** Every request as `METHOD host/path`. */
  readonly seen: readonly string[];
}

/** Access to a registry at its real address, where every host is one of these and no other can be reached. */
export async function mappedAccess(
  t: TestContext,
  registry: { readonly host: string; readonly signIn: SignIn; readonly namespaces?: readonly string[] },
  pretenders: Readonly<Record<string, Pretender>>,
): Promise<Mapped> {
  const seen: string[] = [];
  const local = new Map<string, string>();
  for (const [host, pretend] of Object.entries(pretenders)) {
    const server = await startServer((request, response) => {
      seen.push(`${request.method} ${host}${request.path}`);
      pretend({ ...request, headers: { ...request.headers, host } }, response);
    });
    t.after(server.close);
    local.set(host, server.host);
  }
  const mapped = (url: URL): URL => {
    const host = local.get(url.host);
    if (host === undefined) throw new Error(`nobody may ask ${url.host}`);
    return new URL(`http://${host}${url.pathname}${url.search}`);
  };
  const real = await createTransport({ plainHttp: true, timeoutMs: 5_000, retries: 0, environment: {} });
  t.after(real.close);
  // Who asks must not notice: the answer is from where it was asked for.
  const transport: Transport = {
    open: async (errand) => ({ ...(await real.open({ ...errand, url: mapped(errand.url) })), url: errand.url }),
    fetch: async (errand, limit) => ({
      ...(await real.fetch({ ...errand, url: mapped(errand.url) }, limit)),
      url: errand.url,
    }),
    close: real.close,
  };
  const cloudFetch: typeof fetch = (input, init) =>
    fetch(mapped(new URL(input instanceof Request ? input.url : input)), init);
  const access = { namespaces: [], plainHttp: false, timeoutMs: 5_000, transport, cloudFetch, ...registry };
  return { access, seen };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export async function allRepositories(
  connector: RegistryConnector,
  access: RegistryAccess,
  from?: string,
): Promise<string[]> {
  const pages = await all(connector.repositories?.(access, from) ?? []);
  return pages.flatMap(({ items }) => items);
}

export async function allImages(
  connector: RegistryConnector,
  access: RegistryAccess,
  repository: string,
  wantsTag: (tag: string) => boolean = () => true,
): Promise<ListedImage[]> {
  const pages = await all(connector.images(access, { repository, wantsTag }));
  return pages.flatMap(({ items }) => items);
}

/** Going on from each part's cursor must give what comes after that part, and all of it. */
export async function resumptions<T>(list: (from?: string) => AsyncIterable<Page<T>>): Promise<readonly T[][]> {
  const whole = await all(list());
  const results = [whole.flatMap(({ items }) => items)];
  for (const [index, { next }] of whole.entries()) {
    const before = whole.slice(0, index + 1).flatMap(({ items }) => items);
    const rest = next === undefined ? [] : (await all(list(next))).flatMap(({ items }) => items);
    results.push([...before, ...rest]);
  }
  return results;
}

async function all<T>(pages: AsyncIterable<Page<T>> | Iterable<Page<T>>): Promise<Page<T>[]> {
  const result: Page<T>[] = [];
  for await (const page of pages) result.push(page);
  return result;
}
