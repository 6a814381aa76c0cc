import type { AssessEvent } from '../vulnerability/assess.ts';
import type { Terminal } from './command.ts';

/** Draws one line that says what is being done; erased when done. Silent where nobody watches. */
export interface Progress {
  readonly onEvent: (event: AssessEvent) => void;
  readonly done: () => void;
}

const redrawMs = 80;

export function createProgress(terminal: Terminal, quiet: boolean): Progress {
  if (quiet || !terminal.interactive) return { onEvent: () => {}, done: () => {} };
  let bytes = 0;
  let layer = '';
  let drawn = 0;
  const draw = (text: string) => {
    drawn = Date.now();
    terminal.error(`\r\u001b[K${text.slice(0, terminal.columns - 1)}`);
  };
  const onEvent = (event: AssessEvent) => {
    if (event.kind === 'layer') {
      layer = `layer ${event.at} of ${event.of}${event.cached ? ' (known)' : ''}`;
      draw(`Reading ${layer}`);
    } else if (event.kind === 'bytes') {
      bytes += event.bytes;
      if (Date.now() - drawn > redrawMs) draw(`Reading ${layer || 'files'}, ${(bytes / 2 ** 20).toFixed(0)} MiB`);
    } else draw(`Matching ${event.packages} packages`);
  };
  return { onEvent, done: () => terminal.error('\r\u001b[K') };
}
