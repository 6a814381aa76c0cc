import type { RegistryPace } from '../../images/registry/pace.ts';
import type { Store } from '../../store/tables.ts';
import { mayLie } from '../../store/uploads.ts';
import type { RegistryConnections } from '../registries/registry-connections.ts';
import type { ScanSource } from '../workers/scan-source.ts';

export interface FoundImage {
  /** Signs in where the registry wants it. */
  readonly source: () => Promise<ScanSource>;
  /** Of the registry that it lies in. */
  readonly pace?: RegistryPace;
}

/** Where an image can be pulled from: of the places where it lies, the one it came to last. */
export async function sourceOf(
  image: number,
  store: Store,
  connections: RegistryConnections,
): Promise<FoundImage | undefined> {
  const place = await store
    .selectFrom('placement')
    .innerJoin('repository', 'repository.id', 'placement.repository')
    .innerJoin('image', 'image.id', 'placement.image')
    .select(['repository.registry', 'repository.name as repository', 'image.digest'])
    .where('placement.image', '=', image)
    .where('placement.deleted', 'is', null)
    .where(mayLie)
    .orderBy('placement.first_seen', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!place) return undefined;
  const registry = await connections.to(place.registry);
  return {
    source: async () => {
      return { kind: 'registry', pull: await registry.pullTarget(place.repository), digest: place.digest };
    },
    pace: registry.pace,
  };
}
