/** What is to be counted, by the numbers of components. */
export interface Estate {
  /** Where a component's part of `flaws` and `updatesOf` begins, by component; it ends where that of the next begins. */
  readonly starts: readonly number[];
  readonly flaws: readonly number[];
  /** For each of those flaws the update that removes it, as its place in `updates`; -1 for none. */
  readonly updatesOf: readonly number[];
  /** By component, its place in `packages`; -1 where there is no such component. */
  readonly packageOf: readonly number[];
  /** By image: `component flaw`. */
  readonly excepted: ReadonlyMap<number, ReadonlySet<string>>;
  readonly updates: readonly string[];
  readonly packages: readonly string[];
}

export interface Tally {
  readonly estate: Estate;
  /** `components` as PostgreSQL writes an array: `{1,2,3}`. */
  readonly addImage: (image: number, components: string) => void;
  readonly images: () => number;
  /** By flaw. */
  readonly imagesOfFlaw: Int32Array;
  readonly imagesOfUpdate: Int32Array;
  readonly imagesOfPackage: Int32Array;
  /** By component. */
  readonly imagesOfComponent: Int32Array;
}

/** Counts distinct images in one pass: a thing counts again when the last image that it was counted for is another. */
export function createTally(estate: Estate): Tally {
  const { starts, flaws, updatesOf, packageOf, excepted } = estate;
  const maxFlaw = flaws.reduce((a, b) => Math.max(a, b), 0);
  const imagesOfFlaw = new Int32Array(maxFlaw + 1);
  const flawSeen = new Int32Array(maxFlaw + 1);
  const imagesOfUpdate = new Int32Array(estate.updates.length);
  const updateSeen = new Int32Array(estate.updates.length);
  const imagesOfPackage = new Int32Array(estate.packages.length);
  const packageSeen = new Int32Array(estate.packages.length);
  const imagesOfComponent = new Int32Array(starts.length);
  let images = 0;

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
      let number = 0;
      // Millions of numbers: read as digits, without a text or a list for each.
      for (let at = 1; at < components.length; at += 1) {
        const code = components.charCodeAt(at);
        if (code >= 48 && code <= 57) number = number * 10 + code - 48;
        else {
          if (number > 0) addComponent(number, covered);
          number = 0;
        }
      }
    },
  };
}
