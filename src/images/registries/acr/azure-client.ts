import type { ClientSecretCredentialOptions } from '@azure/identity';

type AzureClient = NonNullable<ClientSecretCredentialOptions['httpClient']>;
type AzureRequest = Parameters<AzureClient['sendRequest']>[0];
type AzureHeaders = AzureRequest['headers'];

/** The SDK's way of asking, over ours. */
export function azureClient(cloudFetch: typeof fetch): AzureClient {
  return {
    sendRequest: async (request) => {
      const body = typeof request.body === 'string' ? request.body : undefined;
      const response = await cloudFetch(request.url, {
        method: request.method,
        headers: request.headers.toJSON(),
        ...(body !== undefined && { body }),
        ...(request.abortSignal && { signal: request.abortSignal as AbortSignal }),
      });
      const headers = azureHeaders(response.headers);
      return { request, status: response.status, headers, bodyAsText: await response.text() };
    },
  };
}

function azureHeaders(headers: Headers): AzureHeaders {
  return {
    get: (name) => headers.get(name) ?? undefined,
    has: (name) => headers.has(name),
    set: (name, value) => headers.set(name, String(value)),
    delete: (name) => headers.delete(name),
    toJSON: () => Object.fromEntries(headers),
    [Symbol.iterator]: () => headers.entries(),
  };
}
