import { fitMiddle } from '../lib/display-width.ts';
import { visibleSentence } from '../lib/visible-text.ts';

/**
 * Text as it is, in a code span: nothing in it is markup, mentions a person or links to an issue. Inside a table a pipe
 * needs a backslash even there (https://github.github.com/gfm/#example-200), and none can be told from the text's own.
 */
export function codeSpan(text: string): string {
  const shown = fitMiddle(visibleSentence(text), longest);
  if (shown === '') return '';
  const fence = '`'.repeat(longestRun(shown) + 1);
  const pad = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${shown.replaceAll('|', shown.includes('\\') ? '¦' : '\\|')}${pad}${fence}`;
}

/** A sentence as plain text: markup is escaped; mentions, issue references and bare links are broken by an invisible blank. */
export function plainText(text: string): string {
  return visibleSentence(text)
    .replace(/[\\`*_[\]<>|~&]/g, (mark) => entities[mark] ?? `\\${mark}`)
    .replace(/@|#(?=\d)|:(?=\/\/)|\bwww(?=\.)/gi, (mark) => `${mark}&#8203;`);
}

const entities: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };
const longest = 200;

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
}
