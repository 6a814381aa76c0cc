/**
 * Text from outside, safe to show: control characters (terminal escapes, C1 included), marks that reorder or hide text
 * (https://www.unicode.org/reports/tr36/) and lone surrogates are written out as `\u{1b}` instead of being obeyed.
 */
export function visibleText(text: string): string {
  return plain.test(text) ? text : text.replace(unseen, written);
}

/** The same for a sentence: line breaks and runs of blanks become one blank first. */
export function visibleSentence(text: string): string {
  return visibleText(text.replace(/\s+/g, ' ').trim());
}

/** JSON text in which such characters are escaped too; JSON itself demands it only below U+0020. */
export function visibleJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent);
  // Nearly all of a report is ASCII, and asking after Unicode's classes takes twice as long as finding the rest.
  return text.replace(beyondPlain, (run) => run.replace(unseenInJson, asJsonEscape));
}

const plain = /^[\x20-\x7e]*$/;
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Line feeds stand between values; inside strings they are escaped already. */
const beyondPlain = /[^\n\x20-\x7e]+/g;
const unseenInJson = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

function written(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

function asJsonEscape(character: string): string {
  let escaped = '';
  for (let at = 0; at < character.length; at += 1)
    escaped += `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  return escaped;
}
