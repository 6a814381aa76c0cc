import * as z from 'zod';
import { parseReference, type RegistryReference } from '../../images/registry/reference.ts';
import { AppError } from '../../lib/errors.ts';
import { version } from '../../lib/version.ts';
import type { ScannedImage } from '../../model/report.ts';
import { cameElsewhere, placeImages } from '../../store/placements.ts';
import { findPulledImage } from '../../store/read/find-pulled-image.ts';
import { findUploadedOver } from '../../store/read/find-uploaded-over.ts';
import { visibleTo } from '../../store/read/visibility.ts';
import { putUploadedImage, uploadedBy } from '../../store/uploads.ts';
import { readInventoryDocument } from '../../vulnerability/sbom/read-sbom-file.ts';
import { recordScan } from '../assessment/record-scan.ts';
import type { ServerContext } from '../context.ts';
import { imageDigest } from '../contract/images.ts';
import { scanUpload, uploadedScan } from '../contract/scans.ts';
import { type Caller, type Route, route } from '../route.ts';
import { settlePlaces } from '../settle-places.ts';
import { covers } from '../sign-in/access.ts';

const documentBytes = 64 * 1024 * 1024;

const upload = route({
  id: 'scans.upload',
  method: 'POST',
  path: '/scans',
  summary: 'Takes the scan of a build pipeline in; its findings are kept up to date from then on.',
  access: { role: 'analyst', within: 'scoped' },
  body: scanUpload,
  bodyBytes: documentBytes,
  answer: uploadedScan,
  status: 201,
  trail: 'scan.upload',
  handle: async ({ body, caller }, context) => {
    const { image, inventory } = readInventoryDocument(body.document, body.name);
    const digest = digestOf(image, body.name);
    const place = await placeOf(body.name, context);
    if (!mayUpload(caller, place))
      throw new AppError('FORBIDDEN', `Your role covers no place where ${body.name} would lie; ask for one that does.`);
    if (!(await mayReplace(caller, digest, context)))
      throw new AppError(
        'FORBIDDEN',
        `${digest} also lies where your role does not reach, and the scan that stands there is not replaced by yours. Ask for a role that covers all its places, or leave it to the server.`,
      );
    const row = await imageRow(digest, image, body.name, place, context);
    const problems = [...inventory.problems, ...body.problems];
    const scanned = { ...image, reference: body.name };
    const found = { ...inventory, problems };
    const scan = { image: row, scanned, inventory: found, scanner: uploadedBy(version()), because: 'upload' };
    await recordScan(context, scan);
    context.events.tell({ kind: 'image', digest, state: 'scanned' });
    return { digest, name: body.name, path: `/images/${digest}`, counts: await countsOf(row, context) };
  },
});

const rescan = route({
  id: 'scans.rescan',
  method: 'POST',
  path: '/images/{digest}/rescan',
  summary: 'Scans an image again, whatever is known of it.',
  access: { role: 'analyst', within: 'scoped' },
  params: z.object({ digest: imageDigest }),
  answer: z.object({ job: z.uuid() }),
  status: 202,
  trail: 'image.rescan',
  handle: async ({ params, caller }, { store, queue }) => {
    const reach = await visibleTo(store, caller?.grants ?? [], ['analyst', 'admin']);
    const found = await findPulledImage(store, params.digest, reach);
    if (!found) throw new AppError('NOT_FOUND', `There is no image ${params.digest} that you may scan.`);
    if (!found.placed)
      throw new AppError('CONFLICT', 'This image lies in no registry: upload a newer scan of it instead.');
    return { body: await queue.scan(found.id, 'asked') };
  },
});

export const scanRoutes: readonly Route[] = [upload, rescan];

/** A registry that is known, and the repository in it. */
interface Place extends RegistryReference {
  readonly row: number;
  readonly name: string;
}

function digestOf({ manifestDigest, configDigest }: ScannedImage, name: string): string {
  const digest = manifestDigest ?? configDigest;
  if (digest) return digest;
  throw new AppError(
    'REQUEST_INVALID',
    `The document says no digest of ${name}: only images can be uploaded, not directories. Scan the image itself, as an archive or from its registry.`,
  );
}

async function placeOf(name: string, { store }: ServerContext): Promise<Place | undefined> {
  const reference = parseReference(name);
  const row = await store
    .selectFrom('registry')
    .select(['id', 'name'])
    .where('host', '=', reference.registry)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row && { ...reference, row: row.id, name: row.name };
}

function mayUpload(caller: Caller | undefined, place: Place | undefined): boolean {
  const scope = place
    ? { kind: 'repository' as const, value: `${place.name}/${place.repository}` }
    : { kind: 'all' as const };
  return covers(caller?.grants ?? [], { role: 'analyst', scope });
}

/** What stands about an image is said by those alone who decide wherever it lies: an empty list would hide its findings. */
async function mayReplace(caller: Caller | undefined, digest: string, context: ServerContext): Promise<boolean> {
  const reach = await visibleTo(context.store, caller?.grants ?? [], ['analyst', 'admin']);
  const found = reach === 'everything' ? undefined : await findUploadedOver(context.store, digest, reach);
  if (!found) return true;
  return found.placed ? !found.beyond : mayUpload(caller, await placeOf(found.name, context));
}

/** In its registry, where that is known and the digest is the one that it has there; else by itself, for that place. */
async function imageRow(
  digest: string,
  { manifestDigest }: ScannedImage,
  name: string,
  place: Place | undefined,
  context: ServerContext,
): Promise<number> {
  const { store } = context;
  const at = context.now();
  if (!place) return putUploadedImage(store, { digest, name, at });
  const { row: registry, registry: host, repository, tag } = place;
  const uploaded = { digest, name, at, place: { registry, repository } };
  if (!manifestDigest) return putUploadedImage(store, uploaded);
  const images = [{ digest, tags: tag === undefined ? [] : [tag], pushed: at }];
  const placing = { registry, host, repository, images, at, cause: 'push', uploaded: name } as const;
  const rows = await placeImages(store, placing);
  await settlePlaces(context, cameElsewhere(rows));
  return rows[0]?.image ?? putUploadedImage(store, uploaded);
}

async function countsOf(image: number, { store }: ServerContext) {
  const counted = await store
    .selectFrom('image_summary')
    .select(['critical', 'high', 'medium', 'low', 'negligible', 'unknown', 'fixable', 'exploited'])
    .where('image', '=', image)
    .executeTakeFirst();
  return counted ?? { critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0, fixable: 0, exploited: 0 };
}
