import { messageOf } from './errors.ts';

const maxLength = 200;

/** What a parser's error says in its first line: the next ones repeat the document, which may be huge or private. */
export function firstLineOf(error: unknown): string {
  const line = messageOf(error).split('\n', 1)[0] ?? '';
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
}
