import { hash } from 'node:crypto';
import { sql } from 'kysely';

const mark = '/* prepared */';

/**
 * Stands in a statement that is asked often and whose best plan does not hang on its values, such as a row by its key:
 * each connection plans it once. Planning costs as much as reading a few rows. A statement about patterns, lists or
 * values that may be rare or common is better planned for what it is asked with.
 */
export const prepared = sql.raw(`${mark} `);

/** Statements have bounded lengths and filters: more than this many only if somebody marked what should not be. */
const most = 300;

/** The name under which connections keep a marked statement; undefined for others. */
export function statementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>();
  return (text) => {
    if (!text.includes(mark)) return undefined;
    const known = names.get(text);
    if (known !== undefined || names.size >= most) return known;
    const name = hash('sha256', text, 'base64url').slice(0, 22);
    names.set(text, name);
    return name;
  };
}
