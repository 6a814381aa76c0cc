import { hash } from 'node:crypto';
import { joinedExpression, spdxExpression } from '../../license-expression.ts';

/** A licence that the SPDX list does not have, with the words in which the package states it. */
export interface ExtractedLicense {
  readonly licenseId: string;
  readonly extractedText: string;
  readonly name: string;
}

/** Turns licence texts into expressions, and keeps account of those that have to be explained in the document. */
export interface Licenses {
  readonly declared: (texts: readonly string[] | undefined) => string;
  readonly extracted: () => readonly ExtractedLicense[];
}

export function createLicenses(): Licenses {
  const others = new Map<string, ExtractedLicense>();
  const expressionOf = (text: string) => {
    const known = spdxExpression(text);
    if (known !== undefined) return known;
    const licenseId = referenceOf(text);
    others.set(licenseId, { licenseId, extractedText: text, name: text.slice(0, maxName).toWellFormed() });
    return licenseId;
  };
  return {
    declared: (texts) => {
      const stated = (texts ?? []).filter((text) => text.trim() !== '');
      return stated.length === 0 ? 'NOASSERTION' : joinedExpression(stated.map(expressionOf));
    },
    extracted: () => [...others.values()].sort((a, b) => (a.licenseId < b.licenseId ? -1 : 1)),
  };
}

const maxName = 200;

/** Readable where the text is short, and never the same for two texts. */
function referenceOf(text: string): string {
  const words = text.slice(0, 40).replace(/[^A-Za-z0-9.]+/g, '-');
  return `LicenseRef-${words}-${hash('sha256', text, 'hex').slice(0, 8)}`;
}
