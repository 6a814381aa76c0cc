import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/**
 * Preloaded into a process under test: tells at its end how much memory it had at its peak, in KiB. The kernel's own
 * figure since the program was started; `ru_maxrss` would begin with what the parent had.
 */
const target = process.env.BREAKWATER_PEAK_FILE;
if (target && isMainThread) {
  process.on('exit', () => {
    const [, peak = ''] = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    writeFileSync(target, peak);
  });
}
