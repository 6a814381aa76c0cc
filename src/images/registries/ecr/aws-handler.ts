import { Readable } from 'node:stream';
import type { ECRClientConfig } from '@aws-sdk/client-ecr';

type Handler = NonNullable<ECRClientConfig['requestHandler']>;

/** What the SDK asks, of its `HttpRequest`. */
interface AwsRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly method: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** The SDK's way of asking, over ours. */
export function awsHandler(cloudFetch: typeof fetch): Handler {
  const handler = {
    handle: async (request: AwsRequest, { abortSignal: signal }: { readonly abortSignal?: AbortSignal } = {}) => {
      const { protocol, hostname, port, path, query = {}, method, headers, body } = request;
      const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`);
      for (const [name, value] of Object.entries(query)) {
        for (const one of typeof value === 'string' ? [value] : (value ?? [])) url.searchParams.append(name, one);
      }
      const response = await cloudFetch(url, { method, headers, ...(body && { body }), ...(signal && { signal }) });
      return {
        response: {
          statusCode: response.status,
          headers: Object.fromEntries(response.headers),
          body: Readable.from([Buffer.from(await response.arrayBuffer())]),
        },
      };
    },
  };
  return handler as unknown as Handler;
}
