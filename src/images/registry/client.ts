import type { AddressGuard } from '../../lib/address-guard.ts';
import { type Digest, digestOf, isDigest } from '../../lib/digest.ts';
import { AppError } from '../../lib/errors.ts';
import type { HttpResponse } from '../../lib/http.ts';
import type { RegistryOptions } from '../image-source.ts';
import { maxDocumentBytes } from '../manifest.ts';
import { askSigned, createAuthorizer } from './authorize.ts';
import { readCertificates } from './certificates.ts';
import { type CredentialFinder, credentialFinder } from './credentials.ts';
import { refusalOf } from './failure.ts';
import type { Pace } from './pace.ts';
import { formatReference, type RegistryReference } from './reference.ts';
import { createTransport, type Errand } from './transport.ts';

/** One repository of a registry, by https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#pull. */
export interface RegistryClient {
  readonly reference: RegistryReference;
  /** By tag or digest; the content of one asked for by digest is verified. Throws IMAGE_NOT_FOUND. */
  readonly fetchManifest: (tagOrDigest: string) => Promise<FetchedManifest>;
  /** A short blob, verified. */
  readonly fetchBlob: (digest: Digest, what: string) => Promise<Buffer>;
  /** A blob from `offset` on: 206, or 200 with all of it where the registry knows no ranges. Not verified. */
  readonly openBlob: (digest: Digest, offset: number, mirrors: readonly string[]) => Promise<HttpResponse>;
  readonly close: () => Promise<void>;
}

export interface FetchedManifest {
  readonly content: Buffer;
  readonly digest: Digest;
  /** As the registry states it, without parameters. */
  readonly mediaType: string | undefined;
}

export interface ClientOptions {
  readonly registry: RegistryOptions;
  readonly signal?: AbortSignal | undefined;
  readonly environment?: NodeJS.ProcessEnv;
  /** Instead of the places where Docker and Podman keep credentials. */
  readonly findCredentials?: CredentialFinder;
  /** Instead of those of a file. */
  readonly certificateAuthorities?: string;
  readonly guard?: AddressGuard;
  readonly pace?: Pace;
}

export const acceptedManifests = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  // Withdrawn; some registries hold artifacts that were pushed in it, and hand them out to nobody who does not name it.
  'application/vnd.oci.artifact.manifest.v1+json',
].join(', ');

export async function createRegistryClient(
  reference: RegistryReference,
  options: ClientOptions,
): Promise<RegistryClient> {
  const { registry, signal, environment = process.env } = options;
  const { plainHttp, timeoutMs, retries } = registry;
  const findCredentials = options.findCredentials ?? credentialFinder(registry, environment);
  const { certificateAuthorities, guard, pace } = options;
  const transport = await createTransport({
    plainHttp,
    timeoutMs,
    retries,
    environment,
    signal,
    guard,
    pace,
    ...(certificateAuthorities === undefined ? readCertificates(registry.caFile) : { certificateAuthorities }),
  });
  const authorizer = createAuthorizer({ reference, transport, findCredentials, plainHttp, timeoutMs, signal });
  const base = `${plainHttp ? 'http' : 'https'}://${apiHost(reference.registry)}/v2/${reference.repository}`;
  const name = formatReference(reference);

  const refuse = async (response: HttpResponse, errand: Errand): Promise<never> => {
    const detail = await refusalOf(response, timeoutMs);
    const own = response.url.origin === errand.url.origin;
    if (own && (response.status === 401 || response.status === 403)) throw authorizer.refused(response.status, detail);
    throw statusError(response, detail, errand, name);
  };
  const fetch = async (errand: Errand) => {
    const response = await askSigned(authorizer, errand, (one) => transport.fetch(one, maxDocumentBytes));
    return response.status === 200 ? response : refuse(response, errand);
  };

  return {
    reference,
    fetchManifest: async (tagOrDigest) => {
      const what = `the manifest of ${name}`;
      const url = new URL(`${base}/manifests/${tagOrDigest}`);
      const response = await fetch({ url, what, headers: { accept: acceptedManifests } });
      const digest = digestOf(response.content);
      const stated = isDigest(tagOrDigest) ? tagOrDigest : response.header('docker-content-digest');
      verify(stated, digest, what, url);
      return {
        content: response.content,
        digest,
        mediaType: response.header('content-type')?.split(';', 1)[0]?.trim(),
      };
    },
    fetchBlob: async (digest, what) => {
      const url = new URL(`${base}/blobs/${digest}`);
      const { content } = await fetch({ url, what });
      verify(digest, digestOf(content), what, url);
      return content;
    },
    openBlob: async (digest, offset, mirrors) => {
      const headers: Record<string, string> = offset > 0 ? { range: `bytes=${offset}-` } : {};
      const errand = { url: new URL(`${base}/blobs/${digest}`), what: `the layer ${digest} of ${name}`, headers };
      const response = await askSigned(authorizer, errand, transport.open);
      if (response.status === 200 || response.status === 206) return response;
      // Licences keep some layers out of registries; their manifests say where they lie. No credentials go there.
      for (const mirror of response.status === 404 ? mirrors : []) {
        const url = URL.parse(mirror);
        if (url?.protocol !== 'https:') continue;
        const elsewhere = await transport.open({ ...errand, url });
        if (elsewhere.status === 200 || elsewhere.status === 206) return elsewhere;
        elsewhere.discard();
      }
      return refuse(response, errand);
    },
    close: transport.close,
  };
}

/** Where a registry is spoken to. */
export function apiHost(registry: string): string {
  return registry === 'docker.io' ? 'registry-1.docker.io' : registry;
}

function verify(stated: string | undefined, actual: Digest, what: string, url: URL): void {
  if (stated === undefined || stated === actual || !stated.startsWith('sha256:')) return;
  throw new AppError(
    'DIGEST_MISMATCH',
    `${url.host} sent ${what} with the digest ${actual}, not ${stated.slice(0, 80)}: it was changed or damaged on the way. Do not trust it; check the registry and any proxy before it.`,
  );
}

function statusError(response: HttpResponse, detail: string, errand: Errand, name: string): AppError {
  const { status, url } = response;
  const said = `${status}${detail && `: ${detail}`}`;
  if (status === 404 && errand.what.startsWith('the manifest')) {
    const hint = detail ? 'Check its name and tag.' : `Check its name, and that ${url.host} is a registry.`;
    return new AppError('IMAGE_NOT_FOUND', `There is no image ${name} (${url.host} answered ${said}). ${hint}`);
  }
  if (status === 404) {
    return new AppError(
      'IMAGE_INVALID',
      `${url.host} does not hold ${errand.what} (${said}), though its manifest names it. Push the image again.`,
    );
  }
  const hint = /HTTP request to an HTTPS server/i.test(detail)
    ? 'Leave --plain-http out.'
    : 'Try again, or ask who runs it.';
  return new AppError('REGISTRY_FAILED', `Could not get ${errand.what}: ${url.host} answered ${said}. ${hint}`);
}
