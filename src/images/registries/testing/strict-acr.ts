import type { ServerResponse } from 'node:http';
import { json, type Pretender } from './mapped-access.ts';
import { readEntraToken, registryAudience, signed, verified } from './strict-entra.ts';

export interface AcrContent {
  readonly host: string;
  readonly tenant: string;
  /** Admin user and repository-scoped tokens, with the repositories that they may use. */
  readonly users?: Readonly<
    Record<string, { readonly password: string; readonly repositories: readonly string[] | 'all' }>
  >;
  readonly repositories: Readonly<Record<string, readonly AcrManifest[]>>;
}

export interface AcrManifest {
  readonly digest: string;
  readonly tags?: readonly string[];
  readonly lastUpdateTime: string;
  readonly configMediaType?: string;
}

interface Granted {
  readonly repositories: readonly string[] | 'all';
}

const key = 'the key of the registry';
const pageSize = 2;

/**
 * Azure Container Registry: its three tokens (https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md) and its lists
 * (https://learn.microsoft.com/rest/api/containerregistry/). An access token is good for its one scope, and each kind of
 * token for its own purpose.
 */
export function strictAcr(content: AcrContent): Pretender {
  const { host, tenant } = content;
  const refuse = (response: ServerResponse, message: string, scope?: string) => {
    const challenge = `Bearer realm="https://${host}/oauth2/token",service="${host}"${scope ? `,scope="${scope}"` : ''}`;
    json(
      response,
      401,
      { errors: [{ code: 'UNAUTHORIZED', message, detail: null }] },
      { 'www-authenticate': challenge },
    );
  };

  const exchange = (form: URLSearchParams, response: ServerResponse) => {
    const claims = readEntraToken(form.get('access_token') ?? '');
    if (form.get('grant_type') !== 'access_token' || form.get('service') !== host) return json(response, 400, {});
    if (!claims) return refuse(response, 'invalid access token');
    if (claims.aud !== registryAudience) return refuse(response, 'invalid audience');
    if (claims.tid !== tenant || (form.get('tenant') ?? tenant) !== tenant) return refuse(response, 'invalid tenant');
    json(response, 200, { refresh_token: signed({ use: 'refresh', exp: 4e9, repositories: 'all' }, key) });
  };
  const accessToken = (form: URLSearchParams, response: ServerResponse, granted: Granted | undefined) => {
    const scope = form.get('scope') ?? '';
    const [, repository] = /^repository:([^:]+):(?:pull|metadata_read)$/.exec(scope) ?? [];
    if (!granted || form.get('service') !== host) return refuse(response, 'authentication required');
    const reaches =
      granted.repositories === 'all' || (repository !== undefined && granted.repositories.includes(repository));
    const access = reaches || scope === '' ? [scope] : [];
    json(response, 200, { access_token: signed({ use: 'access', exp: 4e9, access }, key) });
  };
  const grantedBy = (authorization = ''): Granted | undefined => {
    const [name = '', password] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':');
    const user = content.users?.[name];
    return user && user.password === password ? user : undefined;
  };

  return (request, response) => {
    const url = new URL(request.path, `https://${host}`);
    const form = request.method === 'POST' ? new URLSearchParams(request.body) : url.searchParams;
    if (url.pathname === '/oauth2/exchange') {
      return request.method === 'POST' ? exchange(form, response) : json(response, 405, {});
    }
    if (url.pathname === '/oauth2/token' && request.method === 'GET') {
      return accessToken(form, response, grantedBy(request.headers.authorization));
    }
    if (url.pathname === '/oauth2/token') {
      const claims = verified(form.get('refresh_token') ?? '', key);
      const fits = form.get('grant_type') === 'refresh_token' && claims?.use === 'refresh';
      return accessToken(form, response, fits ? (claims as unknown as Granted) : undefined);
    }
    const [, repository] = /^\/(?:acr\/v1|v2)\/(.+)\/(?:_manifests|manifests\/[^/]+)$/.exec(url.pathname) ?? [];
    const action = url.pathname.startsWith('/v2/') ? 'pull' : 'metadata_read';
    const scope = repository === undefined ? 'registry:catalog:*' : `repository:${repository}:${action}`;
    const wanted = url.pathname === '/v2/' ? '' : scope;
    const claims = verified((request.headers.authorization ?? '').replace(/^Bearer /, ''), key);
    const access = (claims?.use === 'access' ? claims.access : undefined) as readonly string[] | undefined;
    if (!access?.includes(wanted)) return refuse(response, 'authentication required', wanted);
    if (url.pathname === '/v2/') return json(response, 200, {});
    if (url.pathname === '/acr/v1/_catalog') {
      return page(response, url, Object.keys(content.repositories).sort(), (name) => name, 'repositories');
    }
    const manifests = content.repositories[repository ?? ''];
    if (!manifests)
      return json(response, 404, { errors: [{ code: 'NAME_UNKNOWN', message: 'repository name not known' }] });
    if (url.pathname.startsWith('/v2/')) {
      const name = url.pathname.split('/').at(-1) ?? '';
      const found = manifests.find(({ digest, tags }) => digest === name || tags?.includes(name));
      if (!found) return json(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'unknown' }] });
      response.writeHead(200, { 'docker-content-digest': found.digest }).end();
      return;
    }
    if (url.searchParams.get('orderby') !== 'timedesc') return json(response, 400, {});
    const newest = manifests.toSorted((a, b) => (a.lastUpdateTime > b.lastUpdateTime ? -1 : 1));
    return page(response, url, newest, ({ digest }) => digest, 'manifests');
  };
}

/** Pages are shorter than asked for, and the next one is named by a relative link, as the real ones are. */
function page<T>(
  response: ServerResponse,
  url: URL,
  items: readonly T[],
  keyOf: (item: T) => string,
  name: string,
): void {
  const last = url.searchParams.get('last');
  const start = last === null ? 0 : items.findIndex((item) => keyOf(item) === last) + 1;
  const shown = items.slice(start, start + pageSize);
  const end = shown.at(-1);
  const isLast = start + pageSize >= items.length || end === undefined;
  const query = new URLSearchParams(url.searchParams);
  if (end !== undefined) query.set('last', keyOf(end));
  json(response, 200, { [name]: shown }, isLast ? {} : { link: `<${url.pathname}?${query}>; rel="next"` });
}
