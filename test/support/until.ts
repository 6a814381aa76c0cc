import { setTimeout as wait } from 'node:timers/promises';

/** Waits until a condition holds, and throws when it does not in good time. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + patience;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`It did not come true in ${patience} ms: ${isSo}`);
    await wait(25);
  }
}

/** ms */
const patience = 20_000;
