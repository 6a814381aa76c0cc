import { messageOf } from '../../src/lib/errors.ts';
import { openStore } from '../../src/store/open-store.ts';
import { silentLog as log } from '../../src/store/store-log.ts';

/**
 * Usage: store-writer.ts DATA_DIR [packaged] — opens the store and writes until it is killed. Tells on its output, a line of
 * JSON each: that it is open, every write once it was acknowledged, and when it fails and goes on again.
 */
const [dataDir = '', which] = process.argv.slice(2);
const tell = (fact: object) => process.stdout.write(`${JSON.stringify(fact)}\n`);

const began = performance.now();
const opened = await openStore({ dataDir, log, onlyPackaged: which === 'packaged' }).catch((error: unknown) => {
  tell({ refused: messageOf(error), code: error instanceof Error && 'code' in error ? error.code : undefined });
  process.exit(1);
});
tell({ open: performance.now() - began, database: opened.embedded?.pid(), version: opened.embedded?.version });

let stopping = false;
process.on('SIGTERM', () => {
  stopping = true;
  void opened.close().then(() => process.exit(0));
});

const padding = 'x'.repeat(2_000);
const { rows } = await opened.pool.query<{ count: number }>('SELECT count(*)::int AS count FROM setting');
for (let next = rows[0]?.count ?? 0; !stopping; ) {
  try {
    await opened.store
      .insertInto('setting')
      .values({ name: `write-${next}`, value: JSON.stringify(padding) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    tell({ wrote: next, database: opened.embedded?.pid() });
    next += 1;
  } catch (error) {
    if (stopping) break;
    tell({ failed: messageOf(error), code: error instanceof Error && 'code' in error ? error.code : undefined });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
