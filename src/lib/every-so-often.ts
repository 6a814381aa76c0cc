/** Says yes at most once in so many ms, and not before that time has passed once. */
export function everySoOften(ms: number, now: () => number = () => performance.now()): () => boolean {
  let last = now();
  return () => {
    if (now() - last < ms) return false;
    last = now();
    return true;
  };
}
