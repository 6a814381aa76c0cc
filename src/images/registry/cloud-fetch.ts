import { createHttpClient, readBody } from '../../lib/http.ts';

const maxBytes = 16 * 1024 * 1024;
/** What the clouds' SDKs look at. */
const passedOn = ['content-type', 'date', 'link', 'retry-after', 'x-amzn-errortype', 'x-amzn-requestid'];

/**
 * `fetch` for the SDKs of clouds, with our proxies, certificates and time limits. Their addresses are their own: a
 * machine's identity lies at a link-local one, so nothing is refused here.
 */
export function createCloudFetch(environment: NodeJS.ProcessEnv, timeoutMs: number): typeof fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const http = await createHttpClient({ timeoutMs, proxyVariables: environment });
    try {
      const { body, method, signal } = init;
      const response = await http.send({
        url,
        method: method?.toUpperCase() === 'POST' ? 'POST' : 'GET',
        headers: Object.fromEntries(new Headers(init.headers)),
        signal: signal ?? undefined,
        ...(body !== undefined && body !== null && { body: await new Response(body).text() }),
      });
      const content = await readBody(response, maxBytes, timeoutMs);
      if (!content) throw new Error(`${url.host} sent more than ${maxBytes} bytes`);
      const headers = passedOn.flatMap((name): [string, string][] => {
        const value = response.header(name);
        return value === undefined ? [] : [[name, value]];
      });
      const empty = [101, 204, 205, 304].includes(response.status);
      return new Response(empty ? null : new Uint8Array(content), { status: response.status, headers });
    } finally {
      await http.close();
    }
  };
}
