/** Memory, roughly, that a value of plain JSON takes: enough to tell a few kilobytes from a bomb. Never recurses. */
export function roughBytes(value: unknown): number {
  let bytes = 0;
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    bytes += 8;
    if (typeof next === 'string') bytes += 16 + next.length;
    else if (Array.isArray(next)) {
      bytes += 32;
      for (const item of next) pending.push(item);
    } else if (typeof next === 'object' && next !== null) {
      bytes += 32;
      for (const key in next) pending.push((next as Record<string, unknown>)[key]);
    }
  }
  return bytes;
}
