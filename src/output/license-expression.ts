import { spdxExceptions, spdxLicenses } from './spdx-licenses.data.ts';

/**
 * A licence text as an SPDX expression (https://spdx.github.io/spdx-spec/v2.3/SPDX-license-expressions/) with
 * identifiers spelled as the list has them; undefined for words that are none, which most distributions write.
 */
export function spdxExpression(text: string): string | undefined {
  if (text.length > maxLength) return undefined;
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  const written: string[] = [];
  let depth = 0;
  let expected: 'licence' | 'operator' | 'exception' = 'licence';
  for (const token of tokens) {
    if (expected === 'operator' && token === ')') {
      depth -= 1;
      if (depth < 0) return undefined;
      written.push(token);
    } else if (expected === 'licence' && token === '(') {
      depth += 1;
      written.push(token);
    } else {
      const known = spelled(token, expected);
      if (known === undefined) return undefined;
      written.push(known);
      expected = expected === 'operator' ? (known === 'WITH' ? 'exception' : 'licence') : 'operator';
    }
  }
  if (depth !== 0 || expected !== 'operator') return undefined;
  return written.join(' ').replaceAll('( ', '(').replaceAll(' )', ')');
}

/** One expression for texts that all hold together. */
export function joinedExpression(expressions: readonly string[]): string {
  const unique = [...new Set(expressions)];
  if (unique.length === 1) return unique[0] ?? '';
  return unique.map((expression) => (expression.includes(' ') ? `(${expression})` : expression)).join(' AND ');
}

export function isSingleLicense(expression: string): boolean {
  return !/[ +]/.test(expression);
}

const maxLength = 2000;

function spelled(token: string, expected: 'licence' | 'operator' | 'exception'): string | undefined {
  if (expected === 'operator') return /^(AND|OR|WITH)$/i.test(token) ? token.toUpperCase() : undefined;
  const key = token.toLowerCase();
  if (expected === 'exception') return exceptions().get(key);
  const known = licenses().get(key);
  if (known !== undefined || !key.endsWith('+')) return known;
  const base = licenses().get(key.slice(0, -1));
  return base && `${base}+`;
}

let knownLicenses: ReadonlyMap<string, string> | undefined;
let knownExceptions: ReadonlyMap<string, string> | undefined;

/** Read when first asked for: most scans write no SBOM. */
function licenses(): ReadonlyMap<string, string> {
  knownLicenses ??= byLowerCase(spdxLicenses);
  return knownLicenses;
}

function exceptions(): ReadonlyMap<string, string> {
  knownExceptions ??= byLowerCase(spdxExceptions);
  return knownExceptions;
}

function byLowerCase(list: string): ReadonlyMap<string, string> {
  return new Map(
    list
      .trim()
      .split(/\s+/)
      .map((id) => [id.toLowerCase(), id]),
  );
}
