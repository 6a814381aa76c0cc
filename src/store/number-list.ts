/**
 * Visits the numbers of a list as PostgreSQL writes an array, `{1,2,3}`. Images have millions of them: they are read
 * digit by digit, without a text or a list for each.
 */
export function eachNumber(list: string, visit: (number: number) => void): void {
  let number = 0;
  let isNumber = false;
  for (let at = 1; at < list.length; at += 1) {
    const digit = list.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) {
      number = number * 10 + digit;
      isNumber = true;
      continue;
    }
    if (isNumber) visit(number);
    number = 0;
    isNumber = false;
  }
}

/** A list of which all is kept; null for none, as of an aggregate over no rows. */
export function numbersOf(list: string | null | undefined): number[] {
  const numbers: number[] = [];
  eachNumber(list ?? '', (number) => numbers.push(number));
  return numbers;
}

/** The same way back: a driver would write each number as a text of its own. */
export function numberList(numbers: readonly number[]): string {
  return `{${numbers.join(',')}}`;
}
