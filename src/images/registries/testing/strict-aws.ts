import { createHash, createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { SeenRequest } from '../../registry/testing/strict-registry.ts';
import type { Pretender } from './mapped-access.ts';

export interface AwsKey {
  readonly id: string;
  readonly secret: string;
  /** Of temporary keys. */
  readonly session?: string;
  readonly expired?: boolean;
}

export interface AwsContent {
  readonly region: string;
  readonly account: string;
  readonly keys: readonly AwsKey[];
  /** What a role that may be assumed gives. */
  readonly role?: { readonly arn: string; readonly key: AwsKey };
  readonly repositories: Readonly<Record<string, readonly object[]>>;
  readonly denied?: boolean;
}

const pageSize = 2;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** ECR's API (JSON 1.1) for who signs by https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. */
export function strictEcr(content: AwsContent): Pretender {
  return (request, response) => {
    const refuse = (code: string, message: string, status = 400) => send(response, status, { __type: code, message });
    const keys = [...content.keys, ...(content.role ? [content.role.key] : [])];
    const fault = signatureFault(request, keys, content.region, 'ecr');
    if (fault) return refuse(...fault);
    const target = request.headers['x-amz-target'] ?? '';
    if (request.headers['content-type'] !== 'application/x-amz-json-1.1')
      return refuse('UnknownOperationException', '');
    if (content.denied) return refuse('AccessDeniedException', `User is not authorized to perform: ${target}`);
    const input = JSON.parse(request.body) as Record<string, string>;
    const operation = target.replace('AmazonEC2ContainerRegistry_V20150921.', '');
    if (operation === 'GetAuthorizationToken') {
      const authorizationToken = Buffer.from('AWS:pull-password').toString('base64');
      return send(response, 200, {
        authorizationData: [{ authorizationToken, expiresAt: Date.now() / 1000 + 43_200 }],
      });
    }
    if (input.registryId !== content.account) return refuse('RegistryNotFoundException', 'The registry was not found.');
    const page = <T>(items: readonly T[], name: string) => {
      const start = Number(input.nextToken ?? 0);
      const end = start + pageSize;
      const more = end < items.length ? { nextToken: String(end) } : {};
      send(response, 200, { [name]: items.slice(start, end), ...more });
    };
    if (operation === 'DescribeRepositories') {
      return page(
        Object.keys(content.repositories).map((repositoryName) => ({ repositoryName })),
        'repositories',
      );
    }
    if (operation !== 'DescribeImages') return refuse('UnknownOperationException', target);
    const images = content.repositories[input.repositoryName ?? ''];
    if (!images) return refuse('RepositoryNotFoundException', 'The repository does not exist in the registry.');
    return page(images, 'imageDetails');
  };
}

/** The part of STS that lends a role. */
export function strictSts(content: AwsContent): Pretender {
  return (request, response) => {
    const refuse = (code: string, message: string, status: number) => {
      response.writeHead(status, { 'content-type': 'text/xml' });
      response.end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
      );
    };
    const fault = signatureFault(request, content.keys, content.region, 'sts');
    if (fault)
      return refuse(fault[0] === 'InvalidSignatureException' ? 'SignatureDoesNotMatch' : fault[0], fault[1], 403);
    const form = new URLSearchParams(request.body);
    const fits = form.get('Action') === 'AssumeRole' && /^[\w+=,.@-]{2,64}$/.test(form.get('RoleSessionName') ?? '');
    if (!fits) return refuse('ValidationError', 'validation failed', 400);
    const { role } = content;
    if (!role || form.get('RoleArn') !== role.arn)
      return refuse('AccessDenied', 'is not authorized to perform: sts:AssumeRole', 403);
    const { id, secret, session } = role.key;
    const expiration = new Date(Date.now() + 3_600_000).toISOString();
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
      <AccessKeyId>${id}</AccessKeyId><SecretAccessKey>${secret}</SecretAccessKey><SessionToken>${session}</SessionToken>
      <Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`);
  };
}

function signatureFault(
  { method, path, headers, body }: SeenRequest,
  keys: readonly AwsKey[],
  region: string,
  service: string,
): [code: string, message: string] | undefined {
  const [, id, date, scopeRegion, scopeService, names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  if (id === undefined || date === undefined)
    return ['MissingAuthenticationTokenException', 'Missing Authentication Token'];
  const key = keys.find((one) => one.id === id);
  if (!key)
    return [
      service === 'sts' ? 'InvalidClientTokenId' : 'UnrecognizedClientException',
      'The security token is invalid.',
    ];
  if (key.session !== headers['x-amz-security-token'])
    return ['UnrecognizedClientException', 'The security token is invalid.'];
  if (key.expired) return ['ExpiredTokenException', 'The security token included in the request is expired'];
  const mismatch: [string, string] = [
    'InvalidSignatureException',
    'The request signature we calculated does not match.',
  ];
  const [, y, m, d, time = ''] = /^(\d{4})(\d\d)(\d\d)T(\d{6})Z$/.exec(headers['x-amz-date'] ?? '') ?? [];
  const at = Date.parse(`${y}-${m}-${d}T${time.replace(/(\d\d)(\d\d)(\d\d)/, '$1:$2:$3')}Z`);
  if (`${y}${m}${d}` !== date || !(Math.abs(Date.now() - at) < 15 * 60_000)) return mismatch;
  if (scopeRegion !== region || scopeService !== service) return mismatch;
  const signed = names.split(';');
  const needed = ['host', 'x-amz-date', ...(key.session === undefined ? [] : ['x-amz-security-token'])];
  if (!needed.every((name) => signed.includes(name))) return mismatch;
  const canonical = [
    ...[method, new URL(path, 'https://x').pathname, ''],
    ...signed.map((name) => `${name}:${(headers[name] ?? '').trim()}`),
    ...['', names, sha256(body)],
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const signingKey = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    (k, part) => hmac(k, part),
    `AWS4${key.secret}`,
  );
  return hmac(signingKey, text).toString('hex') === signature ? undefined : mismatch;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
