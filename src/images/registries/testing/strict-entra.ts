import { createHmac } from 'node:crypto';
import { json, type Pretender } from './mapped-access.ts';

/** What the directory knows. */
export interface Directory {
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly secretExpired?: boolean;
  /** The subject token of a workload with a federated credential. */
  readonly workloadToken?: string;
}

export const registryAudience = 'https://containerregistry.azure.net';
const key = 'the key of the directory';

/** Entra's token endpoint, as far as an application signs in (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow). */
export function strictEntra(directory: Directory): Pretender {
  return (request, response) => {
    const url = new URL(request.path, 'https://login.microsoftonline.com');
    const [, tenant, ...rest] = url.pathname.split('/');
    const refuse = (status: number, error: string, code: number, text: string) =>
      json(response, status, { error, error_description: `AADSTS${code}: ${text}`, error_codes: [code] });
    if (tenant !== directory.tenant) return refuse(400, 'invalid_request', 90002, `Tenant '${tenant}' not found.`);
    if (rest.join('/') === 'v2.0/.well-known/openid-configuration') {
      const base = `https://login.microsoftonline.com/${tenant}`;
      return json(response, 200, {
        token_endpoint: `${base}/oauth2/v2.0/token`,
        authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
        issuer: `${base}/v2.0`,
        jwks_uri: `${base}/discovery/v2.0/keys`,
      });
    }
    if (rest.join('/') !== 'oauth2/v2.0/token' || request.method !== 'POST') return json(response, 404, {});
    if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
      return json(response, 415, {});
    const form = new URLSearchParams(request.body);
    if (form.get('grant_type') !== 'client_credentials') return refuse(400, 'unsupported_grant_type', 70003, 'grant');
    if (form.get('client_id') !== directory.clientId) {
      return refuse(400, 'unauthorized_client', 700016, 'Application not found in the directory.');
    }
    const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope.includes('/'));
    if (scopes.join(' ') !== `${registryAudience}/.default`) {
      return refuse(400, 'invalid_resource', 500011, `The resource ${scopes} was not found in the tenant.`);
    }
    if (form.has('client_assertion')) {
      const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
      const fits =
        form.get('client_assertion') === directory.workloadToken && form.get('client_assertion_type') === type;
      if (!fits) return refuse(400, 'invalid_client', 700213, 'No matching federated identity record found.');
    } else {
      if (form.get('client_secret') !== directory.clientSecret) {
        return refuse(401, 'invalid_client', 7000215, 'Invalid client secret provided.');
      }
      if (directory.secretExpired)
        return refuse(401, 'invalid_client', 7000222, 'The provided client secret keys are expired.');
    }
    json(response, 200, {
      token_type: 'Bearer',
      expires_in: 3599,
      access_token: entraToken({ tid: directory.tenant }),
    });
  };
}

/** The instance metadata service: only plain requests that no proxy passed on get an answer. */
export function strictMetadata(tenant: string): Pretender {
  return (request, response) => {
    const url = new URL(request.path, 'http://169.254.169.254');
    const fits = url.pathname === '/metadata/identity/oauth2/token' && request.method === 'GET';
    if (!fits || request.headers.metadata !== 'true' || request.headers['x-forwarded-for'] !== undefined) {
      return json(response, 400, {
        error: 'invalid_request',
        error_description: 'Required metadata header not specified',
      });
    }
    const resource = url.searchParams.get('resource') ?? '';
    if (!url.searchParams.has('api-version')) return json(response, 400, { error: 'invalid_request' });
    const access_token = entraToken({ tid: tenant, aud: resource });
    json(response, 200, {
      access_token,
      expires_in: '86399',
      expires_on: String(nowSeconds() + 86_399),
      resource,
      token_type: 'Bearer',
    });
  };
}

export function entraToken(claims: object): string {
  return signed({ aud: registryAudience, exp: nowSeconds() + 3_600, ...claims }, key);
}

export function readEntraToken(token: string): Readonly<Record<string, unknown>> | undefined {
  return verified(token, key);
}

export function signed(claims: object, secret: string): string {
  const text = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return [...text, createHmac('sha256', secret).update(text.join('.')).digest('base64url')].join('.');
}

/** The claims, unless the signature is another's or the time is over. */
export function verified(token: string, secret: string): Readonly<Record<string, unknown>> | undefined {
  const [head = '', body = '', signature] = token.split('.');
  if (createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url') !== signature) return undefined;
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as { exp?: number };
  return (claims.exp ?? 0) > nowSeconds() ? { ...claims } : undefined;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
