import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestProvider {
  readonly issuer: string;
  /** What the provider says of each person, by the name that is typed in. */
  readonly people: Map<string, Readonly<Record<string, unknown>>>;
  /** Types a name and agrees, as a person in a browser would; gives where the provider sends the browser. */
  readonly signIn: (url: string, name: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

type Provider = new (issuer: string, configuration: object) => { readonly callback: () => RequestListener };

/** A certified OpenID provider (https://github.com/panva/node-oidc-provider) with one client. */
export async function startOidcProvider(client: {
  id: string;
  secret: string;
  redirect: string;
}): Promise<TestProvider> {
  const library: string = 'oidc-provider';
  const { default: Provider } = (await import(library)) as { default: Provider };
  const people = new Map<string, Readonly<Record<string, unknown>>>();
  let answer: RequestListener = (_request, response) => response.end();
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [client.redirect] }],
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: ['email'] },
    conformIdTokenClaims: false,
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, ...people.get(id) }),
    }),
    cookies: { keys: ['test'] },
  });
  answer = provider.callback();
  return {
    issuer,
    people,
    signIn: (url, name) => walk(url, name, issuer),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Follows redirects and forms within the provider, with its cookies, until it sends the browser elsewhere. */
async function walk(from: string, name: string, issuer: string): Promise<string> {
  const cookies = new Map<string, string>();
  let url = from;
  let form: URLSearchParams | undefined;
  for (let steps = 0; steps < 15; steps += 1) {
    if (!url.startsWith(issuer)) return url;
    const cookie = [...cookies].map(([key, value]) => `${key}=${value}`).join('; ');
    const answer: Response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: form }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [key = '', value = ''] = line.split(';')[0]?.split('=') ?? [];
      cookies.set(key, value);
    }
    const location = answer.headers.get('location');
    const page = await answer.text();
    if (location) {
      form = undefined;
      url = new URL(location, url).href;
      continue;
    }
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    if (!action || !prompt)
      throw new Error(`The provider shows a page without a form: ${answer.status} ${page.slice(0, 500)}`);
    url = new URL(action, url).href;
    form = new URLSearchParams(prompt === 'login' ? { prompt, login: name, password: 'any' } : { prompt });
  }
  throw new Error('The provider goes in circles.');
}
