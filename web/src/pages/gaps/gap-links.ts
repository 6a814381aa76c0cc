import type { Overview } from '../../../../src/server/contract/overview.ts';
import type { RegistryRow } from '../../../../src/server/contract/registries.ts';
import { connectRegistryAddress, imagesAddress, jobsAddress, registryAddress } from '../../addresses.ts';
import { formatAge } from '../../components/format.ts';

/** The server says what could not be seen and what to do; where that is done, and how it looks, is said here. */
export type Gap = Overview['gaps'][number];

const addresses: Readonly<Record<string, string>> = {
  'images-failed': imagesAddress({ state: 'failed' }),
  'images-partial': imagesAddress({ partial: 'true' }),
  'images-waiting': jobsAddress({ kind: 'scan', state: 'waiting' }),
  'images-end-of-life': imagesAddress({ endOfLife: 'true' }),
  'registries-none': connectRegistryAddress,
  'registries-failing': '/registries',
  'registries-silent': '/registries',
  'database-missing': '/database',
  'database-stale': '/database',
};

export const gapAddress = ({ code }: Gap): string => addresses[code] ?? '/coverage';

export interface GapThing {
  readonly name: string;
  readonly to: string;
  readonly because?: string | undefined;
}

/** What a gap is about, where there is no list that could be filtered by it. */
export function thingsOf({ code }: Gap, registries: readonly RegistryRow[], now = Date.now()): readonly GapThing[] {
  if (code === 'registries-failing') {
    return registries.flatMap(({ name, failure }) =>
      failure
        ? [{ name, to: registryAddress(name), because: `for ${formatAge(failure.since, now)}: ${failure.message}` }]
        : [],
    );
  }
  if (code === 'registries-silent') {
    return registries
      .filter(({ pollMinutes, lastPush, failure }) => !failure && pollMinutes === 0 && !lastPush)
      .map(({ name }) => ({ name, to: `${registryAddress(name)}?tab=notifications` }));
  }
  return [];
}
