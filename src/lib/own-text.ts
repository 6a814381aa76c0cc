import { getOrInsert } from './get-or-insert.ts';

const maxRemembered = 10_000;
/** V8 copies shorter parts anyway. */
const shortestShared = 13;

/**
 * Copies parts of long texts. V8 keeps the whole text alive for a part of it, so that one name kept of each page of a
 * large file would keep the file. Equal parts, as long as they are remembered, become one.
 */
export function ownText(): (part: string) => string {
  const known = new Map<string, string>();
  return (part) => {
    if (part.length < shortestShared) return part;
    const own = known.get(part);
    if (own !== undefined) return own;
    const copy = copyOf(part);
    return getOrInsert(known, copy, () => copy, maxRemembered);
  };
}

/** The way over bytes leaves nothing of the original. Only well-formed text survives it. */
function copyOf(part: string): string {
  return part.isWellFormed() ? Buffer.from(part).toString() : part;
}
