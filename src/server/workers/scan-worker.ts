import { NotAnImage } from '../../images/artifact.ts';
import type { Image } from '../../images/image.ts';
import { defaultLimits, type Limits } from '../../images/limits.ts';
import { listed } from '../../images/manifest.ts';
import { describePlatform } from '../../images/platform.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import type { Problem } from '../../model/problem.ts';
import { type AssessEvent, takeInventory } from '../../vulnerability/assess.ts';
import { catalogers } from '../../vulnerability/catalogers/index.ts';
import { type LayerCache, openLayerCache } from '../../vulnerability/layer-cache.ts';
import type { ScanErrand, WorkerAnswer, WorkerMessage, WorkerOrder } from './protocol.ts';
import { openSource } from './scan-source.ts';
import { askForTurns } from './turns.ts';

/** A process of its own, because what it reads is hostile: one image after the other, each answered once. */
const answer = (message: WorkerMessage) => process.send?.(message);
const turns = askForTurns(answer);

process.on('message', (order: WorkerOrder) => {
  if (order.kind === 'turn') return turns.hear(order);
  scan(order.errand).then(answer, (error: unknown) => {
    if (error instanceof NotAnImage) return answer({ kind: 'artifact', artifact: error.artifact });
    const code = error instanceof AppError ? error.code : 'UNEXPECTED';
    return answer({ kind: 'failed', code, message: messageOf(error) });
  });
});
// The server is gone: nobody waits for the answer.
process.on('disconnect', () => process.exit(0));
// A terminal's Ctrl-C goes to all; the server decides what is waited for.
process.on('SIGINT', () => {});

let cache: { readonly of: string; readonly layers: LayerCache } | undefined;

/** The same from one scan to the next: it remembers when it was last trimmed. */
function layersOf(directory: string, bytes: number, limits: Limits): LayerCache {
  const of = JSON.stringify([directory, bytes, limits]);
  if (cache?.of !== of) cache = { of, layers: openLayerCache(directory, bytes, catalogers, limits) };
  return cache.layers;
}

async function scan({ source, cacheDirectory, cacheBytes, imageMs }: ScanErrand): Promise<WorkerAnswer> {
  const limits = { ...defaultLimits, imageMs };
  const subject = await openSource(source, turns.pace);
  if (subject.kind === 'sbom') throw new AppError('INPUT_UNRECOGNISED', `${subject.reference} is no image`);
  try {
    const { image, inventory } = await takeInventory(subject, {
      catalogers,
      cache: layersOf(cacheDirectory, cacheBytes, limits),
      limits,
      scannerVersion: '',
      onEvent: tell,
    });
    const problems = subject.kind === 'image' ? [...inventory.problems, ...platformsLeft(subject)] : inventory.problems;
    return { kind: 'inventory', image, inventory: { ...inventory, problems } };
  } finally {
    if (subject.kind === 'image') await subject.close();
  }
}

/** Of an index one image is looked into, and everybody is told of the others. */
function platformsLeft({ platform, otherPlatforms = [], reference }: Image): readonly Problem[] {
  if (otherPlatforms.length === 0) return [];
  const message = `Only the image for ${describePlatform(platform)} was looked into; the same name also holds ${listed(otherPlatforms)}.`;
  return [{ code: 'other-platforms', where: reference, message }];
}

/** At most a few a second: progress is for people. */
const tellEveryMs = 250;
let told = 0;
let bytes = 0;

function tell(event: AssessEvent): void {
  if (event.kind === 'layer') {
    answer({ kind: 'progress', progress: { kind: 'layer', at: event.at, of: event.of } });
    return;
  }
  if (event.kind !== 'bytes') return;
  bytes += event.bytes;
  if (Date.now() - told < tellEveryMs) return;
  told = Date.now();
  answer({ kind: 'progress', progress: { kind: 'bytes', bytes } });
  bytes = 0;
}
