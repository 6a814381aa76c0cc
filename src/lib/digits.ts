/** Runs of ASCII digits inside texts, compared in place and of any length, beyond what a number type holds. */

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isDigitAt(text: string, index: number): boolean {
  return isDigit(text.charCodeAt(index));
}

/** Where the run of digits that begins at `start` ends; `start` when there is none. */
export function digitsEnd(text: string, start: number): number {
  let index = start;
  while (isDigit(text.charCodeAt(index))) index++;
  return index;
}

/** Compares two runs of digits as whole numbers; an empty run is zero. */
export function compareDigits(
  a: string,
  aStart: number,
  aEnd: number,
  b: string,
  bStart: number,
  bEnd: number,
): number {
  let i = aStart;
  let j = bStart;
  while (i < aEnd && a.charCodeAt(i) === 48) i++;
  while (j < bEnd && b.charCodeAt(j) === 48) j++;
  const longer = aEnd - i - (bEnd - j);
  if (longer !== 0) return longer;
  for (; i < aEnd; i++, j++) {
    const order = a.charCodeAt(i) - b.charCodeAt(j);
    if (order !== 0) return order;
  }
  return 0;
}

/** The number as text without leading zeros: empty for zero. Such texts compare with `compareNatural`. */
export function naturalAt(text: string, start: number, end: number): string {
  let index = start;
  while (index < end && text.charCodeAt(index) === 48) index++;
  return text.slice(index, end);
}

export function compareNatural(a: string, b: string): number {
  return a.length - b.length || compareText(a, b);
}

/** By UTF-16 code units, as `<` does. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Where the dotted numbers (`1.2.30`) that begin at `start` end; a dot belongs to them only before a digit. */
export function dottedEnd(text: string, start: number): number {
  let end = digitsEnd(text, start);
  while (end > start && text.charCodeAt(end) === 46 && isDigitAt(text, end + 1)) end = digitsEnd(text, end + 1);
  return end;
}

/** Compares dotted numbers one by one; a missing number is zero. */
export function compareDotted(
  a: string,
  aStart: number,
  aEnd: number,
  b: string,
  bStart: number,
  bEnd: number,
): number {
  let i = aStart;
  let j = bStart;
  while (i < aEnd || j < bEnd) {
    const iEnd = i < aEnd ? digitsEnd(a, i) : i;
    const jEnd = j < bEnd ? digitsEnd(b, j) : j;
    const order = compareDigits(a, i, iEnd, b, j, jEnd);
    if (order !== 0) return order;
    i = iEnd < aEnd ? iEnd + 1 : iEnd;
    j = jEnd < bEnd ? jEnd + 1 : jEnd;
  }
  return 0;
}

/**
 * Decides between two dotted numbers as early as it can, the usual case by far: NaN when anything but digits and single
 * dots turns up before. The first numbers that differ decide, so this suits schemes that pad with zeros and put what
 * follows the numbers second.
 */
export function compareDottedPrefix(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const iEnd = digitsEnd(a, i);
    const jEnd = digitsEnd(b, j);
    if (!isWholeNumber(a, i, iEnd) || !isWholeNumber(b, j, jEnd)) return Number.NaN;
    const order = compareDigits(a, i, iEnd, b, j, jEnd);
    if (order !== 0) return order;
    i = iEnd + 1;
    j = jEnd + 1;
  }
  return 0;
}

/** Ended by a dot that a digit follows, or by the end of the text; also true beyond the end, where zeros are implied. */
function isWholeNumber(text: string, start: number, end: number): boolean {
  if (end >= text.length) return end > start || (start > text.length && text.length > 0);
  return end > start && text.charCodeAt(end) === 46 && isDigitAt(text, end + 1);
}
