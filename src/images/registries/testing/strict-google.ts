import { createVerify, type KeyObject } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { json, type Pretender } from './mapped-access.ts';

export interface GoogleContent {
  readonly email: string;
  readonly publicKey: KeyObject;
  /** By path below `/v1/`, all pages as one list. */
  readonly lists: Readonly<Record<string, { readonly name: string; readonly items: readonly object[] }>>;
  readonly denied?: boolean;
}

const pageSize = 2;
const accessToken = 'ya29.the-access-token';

/** https://developers.google.com/identity/protocols/oauth2/service-account#authorizingrequests */
export function strictGoogleTokens({ email, publicKey }: GoogleContent): Pretender {
  return (request, response) => {
    const refuse = (text: string) => json(response, 400, { error: 'invalid_grant', error_description: text });
    const form = new URLSearchParams(request.body);
    if (request.method !== 'POST' || request.path !== '/token') return json(response, 404, {});
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      return json(response, 400, { error: 'unsupported_grant_type' });
    const [head = '', body = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg?: string };
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>;
    const verify = createVerify('RSA-SHA256').update(`${head}.${body}`);
    if (alg !== 'RS256' || !verify.verify(publicKey, signature, 'base64url')) return refuse('Invalid JWT Signature.');
    if (claims.iss !== email) return refuse('Invalid grant: account not found');
    if (claims.aud !== 'https://oauth2.googleapis.com/token') return refuse('Invalid JWT: wrong audience');
    const now = Date.now() / 1000;
    const [iat, exp] = [Number(claims.iat), Number(claims.exp)];
    if (!(iat < now + 60 && exp > now && exp - iat <= 3_600))
      return refuse('Invalid JWT: Token must be a short-lived token');
    if (!/^https:\/\/www\.googleapis\.com\/auth\/cloud-platform(\.read-only)?$/.test(String(claims.scope))) {
      return json(response, 400, { error: 'invalid_scope' });
    }
    json(response, 200, { access_token: accessToken, expires_in: 3599, token_type: 'Bearer' });
  };
}

/** https://cloud.google.com/artifact-registry/docs/reference/rest */
export function strictArtifactRegistry(content: GoogleContent): Pretender {
  return (request, response) => {
    const refuse = (status: number, code: string, message: string) =>
      json(response, status, { error: { code: status, message, status: code } });
    if (request.headers.authorization !== `Bearer ${accessToken}`)
      return refuse(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
    if (content.denied) return refuse(403, 'PERMISSION_DENIED', 'Permission artifactregistry.packages.list denied');
    const url = new URL(request.path, 'https://artifactregistry.googleapis.com');
    const list = content.lists[url.pathname.replace('/v1/', '')];
    if (!list) return refuse(404, 'NOT_FOUND', 'Requested entity was not found.');
    if (list.name === 'versions' && url.searchParams.get('view') !== 'FULL') {
      const basic = list.items.map((item) => ({ ...item, relatedTags: undefined }));
      return page(response, url, list.name, basic);
    }
    return page(response, url, list.name, list.items);
  };
}

function page(response: ServerResponse, url: URL, name: string, items: readonly object[]): void {
  const start = Number(url.searchParams.get('pageToken') ?? 0);
  const end = start + pageSize;
  json(response, 200, {
    ...(items.length > 0 && { [name]: items.slice(start, end) }),
    ...(end < items.length && { nextPageToken: String(end) }),
  });
}
