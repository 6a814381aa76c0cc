/** PATH_MAX of Linux: no file system holds a longer path. */
export const maxPathLength = 4096;

/**
 * A path as it is inside an image: no leading slash, no `.` or empty parts. Undefined when `..` would leave the root,
 * or for the root itself.
 */
export function normalisePath(stored: string): string | undefined {
  // What most writers put around an otherwise plain path.
  const start = stored.startsWith('./') ? 2 : stored.startsWith('/') ? 1 : 0;
  const end = stored.endsWith('/') ? stored.length - 1 : stored.length;
  const raw = start < end ? stored.slice(start, end) : stored;
  if (isNormal(raw)) return raw;
  const parts: string[] = [];
  for (const part of raw.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (parts.length === 0) return undefined;
      parts.pop();
    } else parts.push(part);
  }
  return parts.length > 0 ? parts.join('/') : undefined;
}

/** The directory of a path; empty for one directly below the root. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function basenameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Most paths in real layers are normal already; this looks once at each character. */
function isNormal(path: string): boolean {
  let partStart = true;
  for (let at = 0; at < path.length; at += 1) {
    const code = path.charCodeAt(at);
    if (code === 0x2f) {
      if (partStart) return false;
      partStart = true;
    } else {
      // A part that begins with a dot may be `.` or `..`; let the careful way decide, unless it is `.x`.
      if (partStart && code === 0x2e) {
        const next = path.charCodeAt(at + 1);
        if (Number.isNaN(next) || next === 0x2f || next === 0x2e) return false;
      }
      partStart = false;
    }
  }
  return !partStart;
}
