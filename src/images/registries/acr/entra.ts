import type { TokenCredential } from '@azure/identity';
import { AppError, messageOf } from '../../../lib/errors.ts';
import { clean } from '../../registry/failure.ts';
import type { SignIn } from '../../registry-connector.ts';
import { azureClient } from './azure-client.ts';

/** One of the clouds that Microsoft runs apart from each other. */
export interface AzureCloud {
  readonly authority: string;
  /** What the token is for. */
  readonly scope: string;
}

const clouds: Readonly<Record<string, AzureCloud>> = {
  io: { authority: 'https://login.microsoftonline.com', scope: 'https://containerregistry.azure.net/.default' },
  cn: { authority: 'https://login.chinacloudapi.cn', scope: 'https://management.chinacloudapi.cn/.default' },
  us: { authority: 'https://login.microsoftonline.us', scope: 'https://management.usgovcloudapi.net/.default' },
};

export function cloudOf(host: string): AzureCloud {
  const cloud = clouds[host.split('.').at(-1) ?? ''];
  if (cloud) return cloud;
  throw new AppError('REQUEST_INVALID', `${host} is no host of an Azure Container Registry.`);
}

/** A token of Entra for the registry service. */
export async function entraToken(
  signIn: SignIn,
  cloud: AzureCloud,
  cloudFetch: typeof fetch,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    const credential = await credentialOf(signIn, cloud, cloudFetch);
    const token = await credential.getToken(cloud.scope, signal ? { abortSignal: signal } : {});
    if (token) return token.token;
    throw new Error('it gave no token');
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof AppError) throw cause;
    throw new AppError('AUTHENTICATION_FAILED', `Entra does not sign in ${nameOf(signIn)}: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

async function credentialOf(signIn: SignIn, cloud: AzureCloud, cloudFetch: typeof fetch): Promise<TokenCredential> {
  // The SDK takes longer to load than the server to start.
  const identity = await import('@azure/identity');
  const options = {
    authorityHost: cloud.authority,
    httpClient: azureClient(cloudFetch),
    retryOptions: { maxRetries: 2, maxRetryDelayInMs: 5_000 },
    // Names of clouds are known here; asking one cloud for the address of another would leave an isolated network.
    disableInstanceDiscovery: true,
  };
  switch (signIn.method) {
    case 'entra-service-principal':
      return new identity.ClientSecretCredential(signIn.tenant, signIn.clientId, signIn.clientSecret, options);
    case 'entra-managed-identity':
      return new identity.ManagedIdentityCredential({
        ...options,
        ...(signIn.clientId !== undefined && { clientId: signIn.clientId }),
      });
    case 'entra-workload-identity':
      return new identity.WorkloadIdentityCredential({
        ...options,
        ...(signIn.tenant !== undefined && { tenantId: signIn.tenant }),
        ...(signIn.clientId !== undefined && { clientId: signIn.clientId }),
      });
    default:
      throw new AppError('REQUEST_INVALID', `${signIn.method} is no sign-in of Entra.`);
  }
}

/** What to do about the refusals that people meet most (https://learn.microsoft.com/entra/identity-platform/reference-error-codes). */
const advice: readonly (readonly [code: string, text: string])[] = [
  ['AADSTS7000222', 'The client secret has expired. Make a new one and enter it here.'],
  ['AADSTS7000215', 'The client secret is wrong: enter its value, not its id.'],
  ['AADSTS700016', 'There is no such application in this tenant. Check the client id and the tenant.'],
  ['AADSTS90002', 'There is no such tenant. Check its id.'],
  ['AADSTS900023', 'The tenant is neither an id nor a domain. Check it.'],
  [
    'AADSTS700213',
    'No federated credential of the application fits this workload. Check issuer, subject and audience.',
  ],
  ['AADSTS70021', 'No federated credential of the application fits this workload. Check issuer, subject and audience.'],
  ['AADSTS500011', 'The registry service is unknown in this tenant. Check the tenant.'],
];

function reasonOf(cause: unknown): string {
  const said = clean(messageOf(cause));
  const known = advice.find(([code]) => new RegExp(`${code}\\b`).test(said));
  return known
    ? `${known[1]} (${known[0]})`
    : `${said}${/[.!]$/.test(said) ? '' : '.'} Check the identity and the tenant.`;
}

function nameOf(signIn: SignIn): string {
  if ('clientId' in signIn && signIn.clientId) return `the application ${clean(signIn.clientId)}`;
  return signIn.method === 'entra-workload-identity' ? "this workload's identity" : "this machine's identity";
}
