import type { Report } from '../../../model/report.ts';
import { databaseFact, incompleteness, subjectFacts, verdictOf } from '../../summary.ts';
import { countBySeverity, type UpgradePlan } from '../../upgrades.ts';
import { type Markup, markup, nothing, trusted } from './markup.ts';

/** Name, facts and the verdict. */
export function head(report: Report, plan: UpgradePlan, now: string): Markup {
  const findings = [...plan.upgrades, ...plan.unfixed].flatMap((group) => group.findings);
  const limit = incompleteness(report);
  const isClean = findings.length === 0 && limit === undefined;
  const database = databaseFact(report, now);
  const facts = [...subjectFacts(report, now), database.isOld ? `${database.text}: build a newer one` : database.text];
  return markup`<header>
<p class="brand">Breakwater · known flaws</p>
<h1><bdi>${report.image.reference}</bdi></h1>
<ul class="facts">${facts.map((fact) => markup`<li>${fact}</li>`)}</ul>
<section class="verdict" aria-label="Verdict">
<p class="sentence ${isClean ? 'clean' : ''}">${verdictOf(report, plan)}</p>
${limit ? markup`<p class="limit"><a href="#limits">${limit.replace(', see below', '')}</a></p>` : nothing}
${findings.length > 0 ? severities(countBySeverity(findings)) : nothing}
</section>
</header>`;
}

function severities(counts: ReturnType<typeof countBySeverity>): Markup {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  let x = 0;
  const parts = counts.map(([severity, count]) => {
    const part = trusted(`<rect class="${severity}" x="${x}" y="0" width="${count}" height="1"/>`);
    x += count;
    return part;
  });
  return markup`<svg class="bar" viewBox="0 0 ${total} 1" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>
<ul class="counts" aria-label="Findings by severity">${counts.map(
    ([severity, count]) => markup`<li><span class="badge ${severity}">${count} ${severity}</span></li>`,
  )}</ul>`;
}
