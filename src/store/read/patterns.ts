/** Patterns for LIKE and ILIKE from what people type: the characters that mean something there are taken as they stand. */

export function containsPattern(text: string): string {
  return `%${escaped(text)}%`;
}

export function startsPattern(text: string): string {
  return `${escaped(text)}%`;
}

/** `*` stands for anything, slashes too. */
export function globPattern(glob: string): string {
  return escaped(glob).replaceAll('*', '%');
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
