/** Images in a row, by id, whose lists are kept together: so few that counting through them takes about a millisecond. */
const imagesInPart = 512;

export interface FollowedImages {
  /** The first so many of `components`, ascending. */
  readonly add: (image: number, components: Int32Array, count: number) => void;
  readonly parts: () => { readonly part: number; readonly lists: Uint8Array }[];
}

/**
 * Which of the components that are followed each image has, in as few bytes as counting anew can leave behind: for each
 * image its id, how many they are and the distances between them, as numbers of seven bits a byte, the lowest first.
 */
export function createFollowedImages(): FollowedImages {
  const parts = new Map<number, Growing>();
  return {
    add: (image, components, count) => {
      const part = Math.floor(image / imagesInPart);
      const to = parts.get(part) ?? { bytes: new Uint8Array(1_024), length: 0 };
      parts.set(part, to);
      makeRoom(to, (count + 2) * 5);
      writeNumber(to, image);
      writeNumber(to, count);
      let last = 0;
      for (let at = 0; at < count; at += 1) {
        const component = components[at] ?? 0;
        writeNumber(to, component - last);
        last = component;
      }
    },
    parts: () => [...parts].map(([part, { bytes, length }]) => ({ part, lists: bytes.subarray(0, length) })),
  };
}

/** Visits the images of a part. The list is the same array each time. */
export function eachFollowedImage(
  lists: Uint8Array,
  visit: (image: number, components: Int32Array, count: number) => void,
): void {
  let components = new Int32Array(512);
  let at = 0;
  const next = () => {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = lists[at] ?? 0;
      at += 1;
      number |= (byte & 127) << shift;
      if (byte < 128) return number;
    }
  };
  while (at < lists.length) {
    const image = next();
    const count = Math.min(next(), lists.length - at);
    if (count > components.length) components = new Int32Array(count * 2);
    let last = 0;
    for (let place = 0; place < count; place += 1) {
      last += next();
      components[place] = last;
    }
    visit(image, components, count);
  }
}

interface Growing {
  bytes: Uint8Array;
  length: number;
}

function makeRoom(to: Growing, more: number): void {
  if (to.length + more <= to.bytes.length) return;
  const larger = new Uint8Array((to.length + more) * 2);
  larger.set(to.bytes);
  to.bytes = larger;
}

function writeNumber(to: Growing, number: number): void {
  let left = number;
  while (left > 127) {
    to.bytes[to.length] = (left & 127) | 128;
    to.length += 1;
    left >>>= 7;
  }
  to.bytes[to.length] = left;
  to.length += 1;
}
