import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { sha256 } from './tar.ts';

/** Pushes a `docker save` archive by skopeo. */
export async function pushArchive(
  archive: string,
  host: string,
  name: string,
  more: readonly string[] = [],
): Promise<void> {
  const places = [`docker-archive:${archive}`, `docker://${host}/${name}`];
  const args = ['copy', '--quiet', '--dest-tls-verify=false', ...more, ...places];
  await promisify(execFile)('skopeo', args, { timeout: 120_000 });
}

export async function pushBlob(host: string, repository: string, blob: Buffer): Promise<void> {
  const begun = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  const place = new URL(begun.headers.get('location') ?? '', `http://${host}`);
  place.searchParams.set('digest', sha256(blob));
  const headers = { 'content-type': 'application/octet-stream' };
  const ended = await fetch(place, { method: 'PUT', headers, body: new Uint8Array(blob) });
  if (ended.status !== 201) throw new Error(`The registry took no blob: ${ended.status}`);
}

/** Pushes an image manifest by its tag. */
export async function pushManifest(host: string, repository: string, tag: string, manifest: string): Promise<void> {
  const answer = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: manifest,
  });
  if (!answer.ok) throw new Error(`The registry took no manifest: ${answer.status} ${await answer.text()}`);
}
