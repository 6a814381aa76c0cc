import type { ExceptionScope } from '../../api/exceptions.ts';

/** Whether two exceptions are about the same: they name one thing in common, and nothing in which they differ. */
export function overlap(a: ExceptionScope, b: ExceptionScope): boolean {
  const isSame = (part: 'vulnerability' | 'package') => Boolean(a[part] && b[part] && meet(a[part], b[part]));
  return (isSame('vulnerability') || isSame('package')) && parts.every((part) => meet(a[part], b[part]));
}

const parts = ['vulnerability', 'package', 'registry', 'repository', 'image'] as const;

/** What is not named is everything. */
function meet(a: string | undefined, b: string | undefined): boolean {
  return !a || !b || isLike(a, b) || isLike(b, a);
}

/** `*` stands for anything. */
function isLike(text: string, glob: string): boolean {
  const [start = '', ...rest] = glob.toLowerCase().split('*');
  let left = text.toLowerCase();
  if (rest.length === 0) return left === start;
  if (!left.startsWith(start)) return false;
  left = left.slice(start.length);
  for (const [index, piece] of rest.entries()) {
    const at = index === rest.length - 1 ? left.length - piece.length : left.indexOf(piece);
    if (at < 0 || !left.startsWith(piece, at)) return false;
    left = left.slice(at + piece.length);
  }
  return true;
}
