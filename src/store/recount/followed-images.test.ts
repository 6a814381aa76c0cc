import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createFollowedImages, eachFollowedImage } from './followed-images.ts';

const ids = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const estates = fc.dictionary(ids.map(String), fc.uniqueArray(ids, { maxLength: 1_500 }), { maxKeys: 20 });

test('what was written of each image is read again, whatever its components', () => {
  fc.assert(
    fc.property(estates, (estate) => {
      const written = Object.entries(estate).map(([image, components]) => ({
        image: Number(image),
        components: components.toSorted((a, b) => a - b),
      }));
      const followed = createFollowedImages();
      for (const { image, components } of written) followed.add(image, Int32Array.from(components), components.length);

      const read: typeof written = [];
      for (const { lists } of followed.parts())
        eachFollowedImage(lists, (image, components, count) =>
          read.push({ image, components: [...components.subarray(0, count)] }),
        );

      assert.deepEqual(
        read.toSorted((a, b) => a.image - b.image),
        written.toSorted((a, b) => a.image - b.image),
      );
    }),
  );
});

test('of a part that was cut short at any byte, reading ends', () => {
  const followed = createFollowedImages();
  for (const image of [1, 2, 3]) followed.add(image, Int32Array.of(5, 300, 2 ** 31 - 1), 3);
  const lists = followed.parts()[0]?.lists ?? new Uint8Array();
  for (let end = 0; end < lists.length; end += 1) {
    let visited = 0;
    eachFollowedImage(lists.subarray(0, end), () => {
      visited += 1;
    });
    assert.ok(visited <= 3);
  }
});
