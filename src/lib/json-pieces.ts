import { visibleJson } from './visible-text.ts';

/** Entries of a list that are turned into text at once: enough to be as quick as all, few enough to be small. */
const atOnce = 256;

/**
 * The text of an object as `visibleJson(object, 2)` has it, piece by piece. Fields that are iterators become lists, whose
 * entries are asked for when they are due, so that a list of any length needs neither its text nor its entries at once.
 */
export function* jsonPieces(object: Readonly<Record<string, unknown>>): Generator<string> {
  let before = '{\n';
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined) continue;
    if (value instanceof Iterator) yield* listPieces(name, value, before);
    else yield `${before}${visibleJson({ [name]: value }, 2).slice(2, -2)}`;
    before = ',\n';
  }
  yield before === '{\n' ? '{}' : '\n}';
}

function* listPieces(name: string, items: Iterator<unknown>, before: string): Generator<string> {
  const head = `{\n  ${visibleJson(name)}: [\n`;
  const tail = '\n  ]\n}';
  let opening = `${before}${head.slice(2)}`;
  for (let batch = take(items); batch.length > 0; batch = take(items)) {
    yield `${opening}${visibleJson({ [name]: batch }, 2).slice(head.length, -tail.length)}`;
    opening = ',\n';
  }
  yield opening === ',\n' ? '\n  ]' : `${opening.slice(0, -1)}]`;
}

function take(items: Iterator<unknown>): unknown[] {
  const batch: unknown[] = [];
  while (batch.length < atOnce) {
    const { done, value } = items.next();
    if (done) break;
    batch.push(value);
  }
  return batch;
}
