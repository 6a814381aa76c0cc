import { eachNumber } from '../number-list.ts';

/** What is to be counted, by the numbers of components. */
export interface Estate {
  /** Where a component's part of `flaws` and `updatesOf` begins, by component; it ends where that of the next begins. */
  readonly starts: readonly number[];
  readonly flaws: readonly number[];
  /** For each of those flaws the update that removes it, as its place in `updates`; -1 for none. */
  readonly updatesOf: readonly number[];
  /** By component, its place in `packages`; -1 where there is no such component. */
  readonly packageOf: readonly number[];
  /** By component, 1 for those whose images are known one by one: it has flaws, or an advisory took its last one lately. */
  readonly followed: Uint8Array;
  /** By image: `component flaw`. */
  readonly excepted: ReadonlyMap<number, ReadonlySet<string>>;
  readonly updates: readonly string[];
  readonly packages: readonly string[];
}

export interface Tally {
  readonly estate: Estate;
  /** `components` as PostgreSQL writes an array: `{1,2,3}`. */
  readonly addImage: (image: number, components: string) => void;
  /** The same of the components that are followed, where the others do not matter: the first so many. */
  readonly addFollowed: (image: number, components: Int32Array, count: number) => void;
  readonly images: () => number;
  /** By flaw. */
  readonly imagesOfFlaw: Int32Array;
  readonly imagesOfUpdate: Int32Array;
  readonly imagesOfPackage: Int32Array;
  /** By component. */
  readonly imagesOfComponent: Int32Array;
}

/**
 * Counts distinct images in one pass: a thing counts again when the last image that it was counted for is another.
 * `keep` is told of each image's components that are followed.
 */
export function createTally(estate: Estate, keep?: Tally['addFollowed']): Tally {
  const { starts, flaws, updatesOf, packageOf, excepted, followed } = estate;
  const maxFlaw = flaws.reduce((a, b) => Math.max(a, b), 0);
  const imagesOfFlaw = new Int32Array(maxFlaw + 1);
  const flawSeen = new Int32Array(maxFlaw + 1);
  const imagesOfUpdate = new Int32Array(estate.updates.length);
  const updateSeen = new Int32Array(estate.updates.length);
  const imagesOfPackage = new Int32Array(estate.packages.length);
  const packageSeen = new Int32Array(estate.packages.length);
  const imagesOfComponent = new Int32Array(followed.length);
  let images = 0;
  let kept: Int32Array = new Int32Array(512);

  const addComponent = (component: number, covered: ReadonlySet<string> | undefined) => {
    imagesOfComponent[component] = (imagesOfComponent[component] ?? 0) + 1;
    const of = packageOf[component] ?? -1;
    if (of >= 0 && packageSeen[of] !== images) {
      packageSeen[of] = images;
      imagesOfPackage[of] = (imagesOfPackage[of] ?? 0) + 1;
    }
    const end = starts[component + 1] ?? flaws.length;
    for (let at = starts[component] ?? end; at < end; at += 1) {
      const flaw = flaws[at] ?? 0;
      if (covered?.has(`${component} ${flaw}`)) continue;
      if (flawSeen[flaw] !== images) {
        flawSeen[flaw] = images;
        imagesOfFlaw[flaw] = (imagesOfFlaw[flaw] ?? 0) + 1;
      }
      const update = updatesOf[at] ?? -1;
      if (update >= 0 && updateSeen[update] !== images) {
        updateSeen[update] = images;
        imagesOfUpdate[update] = (imagesOfUpdate[update] ?? 0) + 1;
      }
    }
  };

  return {
    estate,
    imagesOfUpdate,
    imagesOfPackage,
    imagesOfComponent,
    imagesOfFlaw,
    images: () => images,
    addImage: (image, components) => {
      images += 1;
      const covered = excepted.get(image);
      let count = 0;
      eachNumber(components, (component) => {
        addComponent(component, covered);
        if (followed[component] !== 1) return;
        if (count === kept.length) kept = enlarged(kept);
        kept[count] = component;
        count += 1;
      });
      keep?.(image, kept, count);
    },
    addFollowed: (image, components, count) => {
      images += 1;
      const covered = excepted.get(image);
      for (let at = 0; at < count; at += 1) addComponent(components[at] ?? 0, covered);
    },
  };
}

function enlarged(list: Int32Array): Int32Array {
  const larger = new Int32Array(list.length * 2);
  larger.set(list);
  return larger;
}
