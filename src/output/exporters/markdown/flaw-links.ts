import type { Finding } from '../../../model/finding.ts';
import { flawUrl } from '../../flaw-facts.ts';
import { codeSpan } from '../../markdown-text.ts';

const shown = 8;

/** Ids of flaws, each once, linked where their form is known. */
export function flawLinks(findings: readonly Pick<Finding, 'id' | 'kev'>[]): string {
  const ids = [...new Set(findings.map(({ id }) => id))];
  const links = ids.slice(0, shown).map((id) => {
    const url = flawUrl(id);
    return url ? `[${id}](${url})` : codeSpan(id);
  });
  return ids.length > shown ? `${links.join(' ')} +${ids.length - shown}` : links.join(' ');
}
