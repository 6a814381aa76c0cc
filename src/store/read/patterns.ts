import { type RawBuilder, sql } from 'kysely';

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

/** The same of a glob that the database holds. */
export function storedGlob(glob: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`replace(regexp_replace(${glob}, ${'([\\\\%_])'}, ${'\\\\\\1'}, 'g'), '*', '%')`;
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
