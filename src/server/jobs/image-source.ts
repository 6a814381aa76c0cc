import type { Store } from '../../store/tables.ts';
import type { RegistryConnections } from '../registries/registry-connections.ts';
import type { ScanSource } from '../workers/scan-source.ts';

/** Where an image can be pulled from: of the places where it lies, the one it came to last. */
export async function sourceOf(
  image: number,
  store: Store,
  connections: RegistryConnections,
): Promise<ScanSource | undefined> {
  const place = await store
    .selectFrom('placement')
    .innerJoin('repository', 'repository.id', 'placement.repository')
    .innerJoin('image', 'image.id', 'placement.image')
    .select(['repository.registry', 'repository.name as repository', 'image.digest'])
    .where('placement.image', '=', image)
    .where('placement.deleted', 'is', null)
    .orderBy('placement.first_seen', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!place) return undefined;
  const registry = await connections.to(place.registry);
  return { kind: 'registry', pull: await registry.pullTarget(place.repository), digest: place.digest };
}
