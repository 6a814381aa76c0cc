/** Columns that a text takes in a terminal: wide East Asian characters and emoji two, combining marks none. */
export function displayWidth(text: string): number {
  if (ascii.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/** The text in at most so many columns; what is cut out of its middle is marked, so that both ends can be read. */
export function fitMiddle(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns < 1) return '';
  const characters = [...text];
  const headColumns = Math.ceil((columns - 1) / 2);
  const head = take(characters, headColumns);
  const tail = take(characters.reverse(), columns - 1 - displayWidth(head));
  return `${head}…${[...tail].reverse().join('')}`;
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - displayWidth(text))) + text;
}

/** Lines of at most so many columns, broken between words; a longer word is cut in its middle. */
export function wrapWords(words: readonly string[], columns: number, separator = ' '): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const fitting = fitMiddle(word, columns);
    const joined = line === '' ? fitting : `${line}${separator}${fitting}`;
    if (displayWidth(joined) <= columns) line = joined;
    else {
      lines.push(line);
      line = fitting;
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}

const ascii = /^[\x20-\x7e]*$/;
const mark = /^[\p{Mn}\p{Me}]$/u;

/** https://www.unicode.org/reports/tr11/, in blocks. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

function widthOf(character: string): number {
  if (isNarrow(character.charCodeAt(0))) return 1;
  if (mark.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Latin, and the punctuation, arrows and symbols that our own sentences use: no need to compile patterns for them. */
function isNarrow(code: number): boolean {
  return code < 0x300 || (code >= 0x2000 && code < 0x20d0) || (code >= 0x2100 && code < 0x2c00);
}

function take(characters: readonly string[], columns: number): string {
  let taken = '';
  let used = 0;
  for (const character of characters) {
    used += widthOf(character);
    if (used > columns) break;
    taken += character;
  }
  return taken;
}
