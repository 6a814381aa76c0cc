import { parentPort, workerData } from 'node:worker_threads';
import { AppError, messageOf } from '../../lib/errors.ts';
import { connect } from '../../store/connect.ts';
import { silentLog } from '../../store/store-log.ts';
import { storeFile } from './database-files.ts';
import type { InstallErrand, InstallOutcome } from './install-in-worker.ts';
import { installDatabase } from './rematch.ts';

/** A thread of its own, because matching much again takes seconds in which nobody else may wait. */
const { url, installation } = workerData as InstallErrand;
const { store, close } = connect({ url, log: silentLog, connections: 1 });
const outcome: Promise<InstallOutcome> = installDatabase(store, installation, storeFile(installation.after)).then(
  (installed) => ({ installed }),
  (error: unknown) => ({
    failure: { code: error instanceof AppError ? error.code : 'STORE_UNAVAILABLE', message: messageOf(error) },
  }),
);
parentPort?.postMessage(await outcome);
await close();
