import type { Threat as ThreatFacts } from '../../../src/server/contract/severity.ts';
import { formatDate, formatPercent, plural } from './format.ts';
import { Tag } from './Tag.tsx';

/** Whether a flaw is exploited, and who says so. */
export function Exploited({ threat }: { readonly threat: ThreatFacts }) {
  if (!threat.kev) return null;
  const since = `In CISA’s catalogue of exploited vulnerabilities since ${formatDate(threat.kev.added)}`;
  return (
    <span data-whole title={threat.kev.ransomware ? `${since}; used by ransomware` : since}>
      <Tag tone="strong">exploited</Tag>
    </span>
  );
}

/** How likely it is to be exploited within 30 days, after EPSS. */
export function Likelihood({ threat }: { readonly threat: ThreatFacts }) {
  if (!threat.epss) return <>–</>;
  const rank = `Higher than ${formatPercent(threat.epss.percentile)} of all; EPSS of ${formatDate(threat.epss.date)}`;
  return (
    <span title={threat.exploits > 0 ? `${rank}; ${plural(threat.exploits, 'public exploit')}` : rank}>
      {formatPercent(threat.epss.score)}
    </span>
  );
}
