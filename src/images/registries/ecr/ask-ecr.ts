import type * as Ecr from '@aws-sdk/client-ecr';
import { AppError, messageOf } from '../../../lib/errors.ts';
import type { CredentialFinder, Credentials } from '../../registry/credentials.ts';
import { clean } from '../../registry/failure.ts';
import type { RegistryAccess } from '../../registry-connector.ts';
import { awsHandler } from './aws-handler.ts';
import { ecrPlace } from './place.ts';

type Ask<T> = (sdk: typeof Ecr, client: Ecr.ECRClient, registryId: string) => Promise<T>;

const clients = new WeakMap<RegistryAccess, Promise<{ readonly sdk: typeof Ecr; readonly client: Ecr.ECRClient }>>();

/** One question to ECR's own API, with what refuses it explained. */
export async function askEcr<T>(access: RegistryAccess, ask: Ask<T>): Promise<T> {
  const registryId = ecrPlace(access.host)?.account ?? '';
  try {
    const connected = clients.get(access) ?? connect(access);
    clients.set(access, connected);
    const { sdk, client } = await connected;
    return await ask(sdk, client, registryId);
  } catch (cause) {
    access.signal?.throwIfAborted();
    throw refusal(cause, access.host);
  }
}

/** `GetAuthorizationToken`: a user name and a password that pulls for twelve hours. */
export function tokenFinder(access: RegistryAccess): CredentialFinder {
  let held: { readonly credentials: Credentials; readonly until: number } | undefined;
  return async () => {
    if (held && held.until > Date.now()) return { credentials: held.credentials, notes: [] };
    const answer = await askEcr(access, ({ GetAuthorizationTokenCommand }, client) =>
      client.send(new GetAuthorizationTokenCommand({})),
    );
    const [data] = answer.authorizationData ?? [];
    const decoded = Buffer.from(data?.authorizationToken ?? '', 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    if (colon < 1) throw new AppError('REGISTRY_FAILED', `ECR gave no token for ${access.host}. Try again.`);
    const credentials: Credentials = {
      kind: 'password',
      username: decoded.slice(0, colon),
      password: decoded.slice(colon + 1),
      from: 'AWS',
    };
    held = { credentials, until: (data?.expiresAt?.getTime() ?? Date.now()) - 60 * 60_000 };
    return { credentials, notes: [] };
  };
}

async function connect({ signIn, cloudFetch, host }: RegistryAccess) {
  if (signIn.method !== 'aws') throw new AppError('REQUEST_INVALID', `${host} needs a sign-in to AWS.`);
  // The SDK takes longer to load than the server to start.
  const sdk = await import('@aws-sdk/client-ecr');
  const { region, accessKeyId, secretAccessKey, roleArn } = signIn;
  const shared = { region, requestHandler: awsHandler(cloudFetch), maxAttempts: 3 };
  const keys = accessKeyId !== undefined &&
    secretAccessKey !== undefined && { credentials: { accessKeyId, secretAccessKey } };
  if (roleArn === undefined) return { sdk, client: new sdk.ECRClient({ ...shared, ...keys }) };

  const { STSClient, AssumeRoleCommand } = await import('@aws-sdk/nested-clients/sts');
  const sts = new STSClient({ ...shared, ...keys });
  const credentials = async () => {
    const answer = await sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'breakwater' }));
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken, Expiration } = answer.Credentials ?? {};
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...(SessionToken !== undefined && { sessionToken: SessionToken }),
      ...(Expiration && { expiration: Expiration }),
    };
  };
  return { sdk, client: new sdk.ECRClient({ ...shared, credentials }) };
}

/** What to do about the refusals that people meet most. */
const advice: Readonly<Record<string, string>> = {
  AccessDenied: 'Let the identity assume that role, in the role’s trust policy and in its own.',
  AccessDeniedException:
    'Allow it ecr:GetAuthorizationToken, DescribeRepositories, DescribeImages, BatchGetImage and GetDownloadUrlForLayer.',
  ExpiredTokenException: 'The session has expired. Give it a new one.',
  ExpiredToken: 'The session has expired. Give it a new one.',
  InvalidClientTokenId: 'There is no such access key. Check its id.',
  InvalidSignatureException: 'The secret of the access key is wrong, or the clock of this machine is.',
  SignatureDoesNotMatch: 'The secret of the access key is wrong, or the clock of this machine is.',
  UnrecognizedClientException: 'There is no such access key. Check its id.',
  CredentialsProviderError: 'This machine has no AWS identity. Enter an access key.',
  RegistryNotFoundException: 'There is no registry of that account.',
};

function refusal(cause: unknown, host: string): AppError {
  if (cause instanceof AppError) return cause;
  const name = cause instanceof Error ? cause.name : '';
  const said = clean(messageOf(cause));
  if (name === 'RepositoryNotFoundException') {
    return new AppError('NOT_FOUND', `${host} has no such repository (${said}).`, { cause });
  }
  if (/Throttl|TooManyRequests/.test(name)) {
    return new AppError('RATE_LIMITED', `ECR limits how often ${host} may be asked (${said}). Try again later.`, {
      cause,
    });
  }
  const hint = advice[name];
  if (hint) return new AppError('AUTHENTICATION_FAILED', `AWS refuses ${host}: ${said}. ${hint}`, { cause });
  return new AppError('REGISTRY_FAILED', `ECR could not be asked about ${host}: ${said}. Try again later.`, { cause });
}
