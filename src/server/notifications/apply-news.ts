import { createListing } from '../../images/registry/listing.ts';
import { isLookedThrough } from '../../store/image-states.ts';
import { cameElsewhere, placeImages } from '../../store/placements.ts';
import type { RegistryStored } from '../../store/registries.ts';
import { removeImages } from '../../store/remove-images.ts';
import { isUploaded } from '../../store/uploads.ts';
import type { ServerContext } from '../context.ts';
import { connectRegistry } from '../registries/connect-registry.ts';
import { targetOf } from '../registries/registry-target.ts';
import { settlePlaces } from '../settle-places.ts';
import type { News } from './notification-sender.ts';

/** News that were checked: names can be asked for, and there is a digest or a tag. */
export type ImageNews = News;

/** Writes down what happened, in order, and asks for the scans that follow from it. */
export async function applyNews(
  context: ServerContext,
  row: RegistryStored,
  news: readonly ImageNews[],
): Promise<void> {
  let pushed: Date | undefined;
  for (const one of news) {
    if (one.kind === 'delete') await remove(context, row, one);
    else if (await push(context, row, one)) pushed = one.at;
  }
  if (pushed === undefined) return;
  await context.store
    .updateTable('registry')
    .set({ last_push: pushed })
    .where('id', '=', row.id)
    .where(({ or, eb }) => or([eb('last_push', 'is', null), eb('last_push', '<', pushed)]))
    .execute();
  context.events.tell({ kind: 'registry', name: row.name });
}

async function push(context: ServerContext, row: RegistryStored, one: ImageNews): Promise<boolean> {
  const { store, queue } = context;
  const { repository, at, tag } = one;
  const digest = one.digest ?? (await digestOfTag(context, row, repository, tag ?? ''));
  if (digest === undefined) return false;
  const images = [{ digest, tags: tag === undefined ? [] : [tag], pushed: at }];
  const rows = await placeImages(store, { registry: row.id, host: row.host, repository, images, at, cause: 'push' });
  await settlePlaces(context, cameElsewhere(rows));
  for (const { image, state, scanner } of rows) {
    // Bytes under a digest never change: what was looked through here need not be again.
    if (!isLookedThrough(state) || isUploaded(scanner)) await queue.scan(image, 'push');
  }
  return true;
}

async function remove(context: ServerContext, row: RegistryStored, one: ImageNews): Promise<void> {
  const { repository, at, digest, tag } = one;
  const gone = digest === undefined ? { tags: tag === undefined ? [] : [tag] } : { digests: [digest] };
  const { images } = await removeImages(context.store, { registry: row.id, repository, at }, gone);
  await settlePlaces(context, images);
}

/** Docker Hub alone tells of a push without its digest. */
async function digestOfTag(
  context: ServerContext,
  row: RegistryStored,
  repository: string,
  tag: string,
): Promise<string | undefined> {
  const { seal, config, log, paces } = context;
  const target = targetOf(row, seal, config.network.allow);
  const connected = await connectRegistry(target, { timeoutMs: 10_000, retries: 1, pace: paces.of(target) });
  try {
    const { access, connector } = connected;
    return await createListing(access, connector.credentials(access), `${repository}:${tag}`, repository).digestOf(
      repository,
      tag,
    );
  } catch (error) {
    // The next look through the registry finds it.
    log.warn({ registry: row.name, repository, tag, err: error }, 'a pushed tag could not be looked up');
    return undefined;
  } finally {
    await connected.close();
  }
}
