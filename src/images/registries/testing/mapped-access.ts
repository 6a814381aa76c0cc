import assert from 'node:assert/strict';
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

export const numberedDigest = (number: number): string => `sha256:${number.toString(16).padStart(64, '0')}`;

/** A list that can be gone on with from a cursor. */
export type Resumable<T> = (from?: string) => AsyncIterable<Page<T>>;

export const repositoriesOf =
  (connector: RegistryConnector, access: RegistryAccess): Resumable<string> =>
  (from) =>
    connector.repositories?.(access, from) ?? assert.fail('it lists no repositories');

export const imagesOf =
  (
    connector: RegistryConnector,
    access: RegistryAccess,
    repository: string,
    wantsTag: (tag: string) => boolean = () => true,
  ): Resumable<ListedImage> =>
  (from) =>
    connector.images(access, { repository, wantsTag, ...(from !== undefined && { from }) });

export async function allRepositories(...of: Parameters<typeof repositoriesOf>): Promise<string[]> {
  return itemsOf(await all(repositoriesOf(...of)()));
}

export async function allImages(...of: Parameters<typeof imagesOf>): Promise<ListedImage[]> {
  return itemsOf(await all(imagesOf(...of)()));
}

/** Going on from each part's cursor must give what comes after that part, and all of it. */
export async function assertResumable<T>(list: Resumable<T>, expected?: readonly T[]): Promise<{ parts: number }> {
  const whole = await all(list());
  const items = itemsOf(whole);
  assert.ok(items.length > 0, 'something is listed');
  if (expected) assert.deepEqual(items, expected);
  for (const [index, { next }] of whole.entries()) {
    const before = itemsOf(whole.slice(0, index + 1));
    const after = next === undefined ? [] : itemsOf(await all(list(next)));
    assert.deepEqual([...before, ...after], items, `from ${next} on`);
  }
  return { parts: whole.length };
}

/** What a refusal must tell, and what it must not. */
export interface Refusal {
  readonly code?: string;
  readonly tells?: RegExp;
  readonly hides: RegExp;
}

/** A list that is refused says why, and gives away nothing that was used to sign in. */
export async function assertRefused(
  connector: RegistryConnector,
  access: RegistryAccess,
  { code = 'AUTHENTICATION_FAILED', tells = /./, hides }: Refusal,
): Promise<void> {
  await assert.rejects(allRepositories(connector, access), (error: Error & { code?: string }) => {
    assert.equal(error.code, code, error.message);
    assert.match(error.message, tells);
    assert.doesNotMatch(error.message, hides);
    return true;
  });
}

async function all<T>(pages: AsyncIterable<Page<T>>): Promise<Page<T>[]> {
  const result: Page<T>[] = [];
  for await (const page of pages) result.push(page);
  return result;
}

function itemsOf<T>(pages: readonly Page<T>[]): T[] {
  return pages.flatMap(({ items }) => items);
}
