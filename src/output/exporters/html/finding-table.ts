import type { Finding } from '../../../model/finding.ts';
import type { Package } from '../../../model/package.ts';
import type { Report } from '../../../model/report.ts';
import { severities } from '../../../model/severity.ts';
import { percentOf, statusWords } from '../../flaw-facts.ts';
import { packageLabel } from '../../package-label.ts';
import { spelledLike } from '../../upgrades.ts';
import { flawLink } from './group-list.ts';
import { type Markup, markup, nothing } from './markup.ts';

/** Every finding, one a row, with a filter that the script brings to life. */
export function findingTable({ findings, packages }: Report): Markup {
  if (findings.length === 0) return nothing;
  const byId = new Map(packages.map((found) => [found.id, found]));
  const present = severities.filter((severity) => findings.some((finding) => finding.severity === severity));
  return markup`<section id="all">
<h2>All findings <small>${findings.length}</small></h2>
<form id="filter" hidden role="search" aria-label="Filter findings">
<label>Search <input type="search" name="text" autocomplete="off" spellcheck="false" placeholder="CVE, package, path"></label>
<label>Severity <select name="severity"><option value="">all</option>${present.map((severity) => markup`<option>${severity}</option>`)}</select></label>
<label class="check"><input type="checkbox" name="fixable"> fixable</label>
<label class="check"><input type="checkbox" name="exploited"> exploited</label>
<output aria-live="polite"></output>
</form>
<table>
<thead><tr><th scope="col">Severity</th><th scope="col">Flaw</th><th scope="col">Package</th><th scope="col">Installed</th><th scope="col">Upgrade to</th><th scope="col" class="number">EPSS</th><th scope="col">Exploited</th></tr></thead>
<tbody>
${findings.map((finding) => row(finding, byId.get(finding.package)))}</tbody>
</table>
</section>
`;
}

function row(finding: Finding, found: Package | undefined): Markup {
  const { id, severity, installed, epss, kev, ignored, title } = finding;
  const target = finding.upgradeTo ?? finding.fixed[0];
  const marks = [target !== undefined && 'fixable', kev && 'exploited'].filter(Boolean).join(' ');
  const where = found?.locations[0]?.path;
  return markup`<tr data-severity="${severity}" data-marks="${marks}"${ignored ? markup` class="ignored"` : nothing}>
<td data-label="Severity"><span class="badge ${severity}">${severity}</span></td>
<td data-label="Flaw"><span>${flawLink(id)}${title ? markup`<span class="where">${title}</span>` : nothing}${ignored ? markup`<span class="where">ignored: ${ignored.reason}</span>` : nothing}</span></td>
<td data-label="Package"><span><bdi class="name">${found ? packageLabel(found) : finding.purl}</bdi>${where ? markup`<span class="where"><bdi>${where}</bdi></span>` : nothing}</span></td>
<td data-label="Installed"><bdi class="name">${installed}</bdi></td>
<td data-label="Upgrade to">${target === undefined ? markup`<span class="none">${statusWords[finding.status]}</span>` : markup`<bdi class="name">${spelledLike(installed, target)}</bdi>`}</td>
<td data-label="EPSS" class="number">${epss ? percentOf(epss.score) : ''}</td>
<td data-label="Exploited">${kev ? markup`<span class="alarm">${kev.ransomware ? 'KEV ransomware' : 'KEV'}</span>` : nothing}</td>
</tr>
`;
}
