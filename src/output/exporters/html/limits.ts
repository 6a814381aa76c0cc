import type { Finding } from '../../../model/finding.ts';
import type { Report } from '../../../model/report.ts';
import { coverageFacts, limitsTitle } from '../../summary.ts';
import { flawLink } from './group-list.ts';
import { type Markup, markup, nothing } from './markup.ts';

/** What keeps the list from being the whole truth, said plainly. */
export function limitList(report: Report): Markup {
  const coverage = coverageFacts(report);
  if (report.problems.length + coverage.length === 0) return nothing;
  return markup`<section id="limits">
<h2>${limitsTitle(report)}</h2>
<ul class="limits">
${report.problems.map(
  ({ code, where, message }) =>
    markup`<li class="problem">${message.includes(where) ? nothing : markup`<bdi class="name">${where}</bdi>: `}${message} <code>${code}</code></li>\n`,
)}${coverage.map((sentence) => markup`<li>${sentence}</li>\n`)}</ul>
</section>
`;
}

/** Decisions not to act, with their reasons. */
export function ignoredList(findings: readonly Finding[]): Markup {
  if (findings.length === 0) return nothing;
  return markup`<section id="ignored">
<h2>Ignored by rule <small>${findings.length}</small></h2>
<ul class="limits">
${findings.map(
  ({ id, purl, ignored }) =>
    markup`<li>${flawLink(id)} in <bdi class="name">${purl}</bdi>${ignored?.expires ? `, until ${ignored.expires}` : ''}: ${ignored?.reason ?? ''}</li>\n`,
)}</ul>
</section>
`;
}
