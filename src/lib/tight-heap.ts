import { setFlagsFromString } from 'node:v8';

let isTight = false;

/**
 * From now on garbage is collected when it makes up a quarter of what is in use, not several times as much. For the
 * rare input that is so large that this costs little beside it; small ones never come to a collection of all.
 */
export function tightenHeap(): void {
  if (isTight) return;
  isTight = true;
  setFlagsFromString('--heap-growing-percent=25');
}
