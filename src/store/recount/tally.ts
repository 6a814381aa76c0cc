/** What is to be counted, by the numbers of components. */
export interface Estate {
  /** Flaws of a component. */
  readonly flaws: readonly (Int32Array | undefined)[];
  /** For each of those flaws the update that removes it, as its place in `updates`; -1 for none. */
  readonly updatesOf: readonly (Int32Array | undefined)[];
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
  /** By flaw; a hole where none has it. */
  readonly imagesOfFlaw: readonly number[];
  readonly imagesOfUpdate: Int32Array;
  readonly imagesOfPackage: Int32Array;
  /** By component. */
  readonly imagesOfComponent: readonly number[];
}

/** Counts distinct images in one pass: a thing counts again when the last image that it was counted for is another. */
export function createTally(estate: Estate): Tally {
  const { flaws, updatesOf, packageOf, excepted } = estate;
  const imagesOfFlaw: number[] = [];
  const flawSeen: number[] = [];
  const imagesOfUpdate = new Int32Array(estate.updates.length);
  const updateSeen = new Int32Array(estate.updates.length);
  const imagesOfPackage = new Int32Array(estate.packages.length);
  const packageSeen = new Int32Array(estate.packages.length);
  const imagesOfComponent: number[] = [];
  let images = 0;

  const addComponent = (component: number, covered: ReadonlySet<string> | undefined) => {
    imagesOfComponent[component] = (imagesOfComponent[component] ?? 0) + 1;
    const of = packageOf[component];
    if (of !== undefined && packageSeen[of] !== images) {
      packageSeen[of] = images;
      imagesOfPackage[of] = (imagesOfPackage[of] ?? 0) + 1;
    }
    const ids = flaws[component];
    const updates = updatesOf[component];
    if (!ids || !updates) return;
    for (let at = 0; at < ids.length; at += 1) {
      const flaw = ids[at] ?? 0;
      if (covered?.has(`${component} ${flaw}`)) continue;
      if (flawSeen[flaw] !== images) {
        flawSeen[flaw] = images;
        imagesOfFlaw[flaw] = (imagesOfFlaw[flaw] ?? 0) + 1;
      }
      const update = updates[at] ?? -1;
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
