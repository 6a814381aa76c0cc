import { describeFlaw } from '../vulnerability/flaw-description.ts';
import { judgeComponents, type StoredComponent } from '../vulnerability/judge-components.ts';
import { riskScore } from '../vulnerability/risk-score.ts';
import type { CurrentDatabase } from './assessment/vulnerabilities.ts';
import type { FindingWhy } from './contract/images.ts';

/** Judges a component once more, and tells what was compared; undefined when it no longer has the flaw. */
export function explainFinding(
  component: StoredComponent,
  flaw: string,
  { database, judge }: CurrentDatabase,
): FindingWhy | undefined {
  const [judged] = judgeComponents([component], database, judge);
  const finding = judged?.findings.find(({ id, aliases }) => id === flaw || aliases.includes(flaw));
  if (!finding) return undefined;
  const described = describeFlaw(database, finding.id);
  const risk = riskScore({
    severity: finding.severity,
    ...(described?.cvss !== undefined && { cvss: described.cvss }),
    ...(described?.epss && { epss: described.epss.score }),
    ...(described?.kev && { exploited: described.kev.added, ransomware: described.kev.ransomware }),
    exploits: described?.exploits ?? 0,
    fixable: finding.status === 'fixed',
  });
  return {
    vulnerability: finding.id,
    why: finding.why.map(({ comparisons, notes, ...verdict }) => ({
      ...verdict,
      comparisons: [...comparisons],
      ...(notes && { notes: [...notes] }),
    })),
    risk: { score: risk.score, parts: [...risk.parts] },
    references: [...finding.references],
  };
}
