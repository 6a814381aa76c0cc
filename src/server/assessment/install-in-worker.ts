import { Worker } from 'node:worker_threads';
import { programBeside } from '../../lib/beside.ts';
import { AppError, type ErrorCode } from '../../lib/errors.ts';
import type { Installation, Installed } from './rematch.ts';

export interface InstallErrand {
  /** Of the store. */
  readonly url: string;
  readonly installation: Installation;
}

export type InstallOutcome =
  | { readonly installed: Installed | undefined }
  | { readonly failure: { readonly code: ErrorCode; readonly message: string } };

/** `installDatabase` in a thread of its own, with a connection of its own: requests are answered meanwhile. */
export function installInWorker(errand: InstallErrand, signal: AbortSignal): Promise<Installed | undefined> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(programBeside(new URL('./install-worker.ts', import.meta.url)), { workerData: errand });
    // Its transaction ends with its connection: nothing of it stays.
    const stop = () => void worker.terminate();
    signal.addEventListener('abort', stop, { once: true });
    worker.on('message', (outcome: InstallOutcome) => {
      if ('installed' in outcome) resolve(outcome.installed);
      else reject(new AppError(outcome.failure.code, outcome.failure.message));
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      signal.removeEventListener('abort', stop);
      reject(
        new AppError(
          'CONFLICT',
          'The installation of the vulnerability database was stopped; it begins anew at the next start.',
        ),
      );
    });
  });
}
