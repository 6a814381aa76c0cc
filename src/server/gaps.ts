import type { RegistryCounts } from '../store/read/overview.ts';
import type { Overview } from './contract/overview.ts';

type Gap = Overview['gaps'][number];

interface GapSources {
  readonly images: Overview['images'];
  readonly registries: RegistryCounts;
  readonly database: Overview['database'];
  /** Who sees a part may have no registry in it while others are connected. */
  readonly seesEverything: boolean;
}

/** What the figures leave out, the blindest first, each with the next step. The only place of these words. */
export function gapsOf({ images, registries, database, seesEverything }: GapSources): Gap[] {
  const gaps = [
    ...registryGaps(registries),
    ...(seesEverything ? noRegistryGaps(registries, images.total) : []),
    ...databaseGaps(database),
    ...imageGaps(images),
  ];
  return gaps.filter(({ count }) => count > 0).sort((a, b) => order.indexOf(a.seen) - order.indexOf(b.seen));
}

const order: readonly Gap['seen'][] = ['nothing', 'part', 'later'];

function imageGaps({ failed, partial, queued, endOfLife }: Overview['images']): readonly Gap[] {
  return [
    {
      code: 'images-failed',
      seen: 'nothing',
      count: failed,
      title: `${counted(failed, 'image')} could not be scanned`,
      why: 'Nothing is known of them; they count as neither clean nor vulnerable.',
      next: 'See them, with the reason of each',
    },
    {
      code: 'images-partial',
      seen: 'part',
      count: partial,
      title: `${counted(partial, 'image was', 'images were')} scanned in part`,
      why: 'Something in them could not be read or matched, so findings may be missing. Each image lists what was left out and what to do.',
      next: 'See them',
    },
    {
      code: 'images-end-of-life',
      seen: 'part',
      count: endOfLife,
      title: `${counted(endOfLife, 'image stands', 'images stand')} on a system past its end of life`,
      why: 'Its maintainers announce fewer flaws, or none any more, so new ones in it may stay unknown. A newer base brings them back into view.',
      next: 'See them',
    },
    {
      code: 'images-waiting',
      seen: 'later',
      count: queued,
      title: `${counted(queued, 'image waits', 'images wait')} to be scanned`,
      why: 'They are counted, but not yet looked into.',
      next: 'See how far the scans are',
    },
  ];
}

function noRegistryGaps({ known }: RegistryCounts, images: number): readonly Gap[] {
  return [
    {
      code: 'registries-none',
      seen: 'nothing',
      count: known === 0 ? 1 : 0,
      title: 'No registry is connected',
      why:
        images > 0
          ? 'Only what pipelines send is seen; what is pushed past them is not.'
          : 'There is nothing to look at yet. A pipeline can also send its own scans.',
      next: 'Connect a registry',
      command: 'breakwater scan IMAGE --upload https://this-server',
    },
  ];
}

function registryGaps({ failing, silent }: RegistryCounts): readonly Gap[] {
  return [
    {
      code: 'registries-failing',
      seen: 'nothing',
      count: failing,
      title: `${counted(failing, 'registry', 'registries')} cannot be read`,
      why: 'What was pushed there since is not known. Test the connection on its page: the step that fails says why.',
      next: 'See the registries',
    },
    {
      code: 'registries-silent',
      seen: 'part',
      count: silent,
      title: `${counted(silent, 'registry is', 'registries are')} neither looked through nor heard of`,
      why: 'No notification came yet, and looking through is switched off: new pushes go unseen. Set up notifications, or an interval.',
      next: 'See the registries',
    },
  ];
}

function databaseGaps(database: Overview['database']): readonly Gap[] {
  return [
    {
      code: 'database-missing',
      seen: 'nothing',
      count: database ? 0 : 1,
      title: 'No vulnerability database is installed',
      why: 'Packages are listed, but nothing is matched: an image without findings is not a clean one.',
      next: 'See what is installed',
      command: 'breakwater db build --data advisories',
    },
    {
      code: 'database-stale',
      seen: 'part',
      count: database?.stale ? 1 : 0,
      title: 'The vulnerability database is out of date',
      why: 'Flaws published since it was built are not found.',
      next: 'See its age, source by source',
    },
  ];
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
