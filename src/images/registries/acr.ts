import * as z from 'zod/mini';
import { createListing, noCredentials, passwordFinder } from '../registry/listing.ts';
import { pagesOf, pushedAt } from '../registry/paging.ts';
import type { ListedImage, RegistryAccess, RegistryConnector } from '../registry-connector.ts';
import { exchangeFinder } from './acr/exchange.ts';

const catalogueShape = z.object({ repositories: z.optional(z.nullable(z.array(z.string()))) });
const manifestsShape = z.object({
  manifests: z.optional(
    z.nullable(
      z.array(
        z.object({
          digest: z.string(),
          tags: z.optional(z.nullable(z.array(z.string()))),
          createdTime: z.optional(z.string()),
          lastUpdateTime: z.optional(z.string()),
        }),
      ),
    ),
  ),
});
const pageSize = 500;

/**
 * Azure Container Registry. Entra's identities are exchanged for a registry's own refresh token
 * (https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md); the admin user and repository-scoped tokens are
 * passwords. Lists come from its own API, which knows digests, times and order.
 */
export const acr: RegistryConnector = {
  id: 'acr',
  title: 'Azure Container Registry',
  hostExample: 'example.azurecr.io',
  signIns: ['entra-managed-identity', 'entra-workload-identity', 'entra-service-principal', 'password', 'anonymous'],
  notifications: {
    senders: ['acr', 'event-grid'],
    howTo:
      'In the registry under Webhooks add one with this address, the actions push and delete, and the custom header "Authorization: Bearer SECRET". Or subscribe to its events with Event Grid: endpoint type web hook, this address, and the delivery property Authorization = "Bearer SECRET", marked as secret.',
  },
  faultOf: (host, { method }) => {
    if (!/^[a-z0-9][a-z0-9-]{3,61}[a-z0-9]\.azurecr\.(?:io|cn|us)$/.test(host)) {
      return 'An Azure Container Registry is at a host like example.azurecr.io; what signs in to it is sent nowhere else.';
    }
    if (method === 'anonymous' || method === 'password' || method.startsWith('entra-')) return undefined;
    return 'Azure is signed in to by an Entra identity, the admin user or a repository-scoped token.';
  },
  credentials: credentialsOf,
  repositories: (access, from) => {
    const what = `repositories of ${access.host}`;
    const listing = createListing(access, credentialsOf(access), `the ${what}`, '');
    return pagesOf(what, from, async (at = `/acr/v1/_catalog?n=${pageSize}`) => {
      const { value, next } = await listing.get(at, catalogueShape);
      return { items: value.repositories ?? [], ...(next !== undefined && { next }) };
    });
  },
  images: (access, { repository, from, wantsTag }) => {
    const what = `images of ${access.host}/${repository}`;
    const listing = createListing(access, credentialsOf(access), `the ${what}`, repository);
    return pagesOf(what, from, async (at = `/acr/v1/${repository}/_manifests?n=${pageSize}&orderby=timedesc`) => {
      const { value, next } = await listing.get(at, manifestsShape);
      const items = (value.manifests ?? []).map((manifest): ListedImage => {
        const tags = manifest.tags ?? [];
        const pushed = pushedAt(manifest.lastUpdateTime ?? manifest.createdTime);
        return { digest: manifest.digest, tags: tags.filter(wantsTag), ...pushed };
      });
      return { items, ...(next !== undefined && { next }) };
    });
  },
};

function credentialsOf(access: RegistryAccess) {
  const { signIn } = access;
  if (signIn.method === 'password') return passwordFinder(signIn.username, signIn.password);
  return signIn.method === 'anonymous' ? noCredentials : exchangeFinder(access);
}
