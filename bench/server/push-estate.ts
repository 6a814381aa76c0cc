import type { PushRegistry } from '../../test/support/push-registry.ts';
import { makeEstate } from './estate.ts';
import { filesOf, writableInventories } from './estate-files.ts';

export interface Pushed {
  readonly repository: string;
  readonly digest: string;
}

export const packagesEach = 300;

/** Pushes images made from real package lists, below a folder of the registry. */
export async function pushEstate(registry: PushRegistry, images: number, folder: string): Promise<readonly Pushed[]> {
  return inParallel(8, makeEstate(writableInventories(), images, packagesEach), async (image) => {
    const [name = '', tag = ''] = image.name.slice(image.name.indexOf('/') + 1).split(':');
    const repository = `${folder}/${name}`;
    return { repository, digest: await registry.push(repository, tag, filesOf(image)) };
  });
}

export async function inParallel<T, R>(
  atOnce: number,
  items: Iterable<T>,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const iterator = items[Symbol.iterator]();
  const run = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) results.push(await work(next.value));
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  return results;
}
