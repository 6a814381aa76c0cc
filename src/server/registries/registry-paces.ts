import type { RegistryPace } from '../../images/registry/pace.ts';
import type { RegistryTarget } from './registry-target.ts';
import { createSharedPace, type SharedPaceParts } from './shared-pace.ts';

/** The pace of each registry, one for everything that this replica asks of it, and in step with the other replicas. */
export interface RegistryPaces {
  readonly of: (target: Pick<RegistryTarget, 'id' | 'requestsPerSecond'>) => RegistryPace;
}

export function keepPaces(parts: SharedPaceParts): RegistryPaces {
  const kept = new Map<number, { readonly requestsPerSecond: number; readonly pace: RegistryPace }>();
  return {
    of: ({ id, requestsPerSecond }) => {
      const known = kept.get(id);
      if (known?.requestsPerSecond === requestsPerSecond) return known.pace;
      const pace = createSharedPace(id, requestsPerSecond, parts);
      kept.set(id, { requestsPerSecond, pace });
      return pace;
    },
  };
}
