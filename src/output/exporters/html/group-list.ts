import type { Finding } from '../../../model/finding.ts';
import type { Report } from '../../../model/report.ts';
import { exploitationOf, flawUrl, percentOf, statusWords } from '../../flaw-facts.ts';
import { placesOf } from '../../places.ts';
import { countOf } from '../../summary.ts';
import { flawsOf, type PackageGroup } from '../../upgrades.ts';
import { type Markup, markup, nothing } from './markup.ts';

const flawsInSummary = 3;
const placesShown = 8;

type Group = PackageGroup & { readonly target?: string };

/** Groups with what they are, how bad, where, and their flaws to unfold. */
export function groupList(id: 'upgrades' | 'unfixed', groups: readonly Group[], report: Report): Markup {
  if (groups.length === 0) return nothing;
  const findings = countOf(
    groups.reduce((sum, group) => sum + group.findings.length, 0),
    'finding',
  );
  const title = id === 'upgrades' ? 'Upgrades' : 'No known fix';
  const summary =
    id === 'upgrades' ? `${groups.length}, for ${findings}` : `${findings} in ${countOf(groups.length, 'package')}`;
  return markup`<section id="${id}">
<h2>${title} <small>${summary}</small></h2>
<ol class="groups">
${groups.map((group) => item(group, report))}</ol>
</section>
`;
}

/** A link to the page of a flaw, or its id alone. */
export function flawLink(id: string): Markup {
  const url = flawUrl(id);
  return url ? markup`<a href="${url}" rel="noreferrer">${id}</a>` : markup`<bdi>${id}</bdi>`;
}

function item(group: Group, report: Report): Markup {
  const { name, installed, target, worst, findings } = group;
  const flaws = flawsOf(findings);
  const change = markup`<span class="arrow" aria-label="upgrade to">→</span> <bdi class="name target">${target ?? ''}</bdi>`;
  const count = markup`${target === undefined ? '' : 'removes'} ${countOf(findings.length, 'finding')}`;
  return markup`<li>
<span><span class="badge ${worst}">${worst}</span></span>
<span class="title"><bdi class="name">${name}</bdi> <bdi class="name installed">${installed}</bdi> ${target === undefined ? nothing : change}</span>
<span class="measures"><span>${count}</span><span class="alarm">${exploitationOf(group)}</span><span>${group.epss === undefined ? '' : `EPSS ${percentOf(group.epss)}`}</span></span>
<div class="more">${places(group, report)}
<details><summary>${flawSummary(flaws)}</summary>
<ul class="flaws">${flaws.map(flawItem)}</ul></details></div>
</li>
`;
}

/** The most dangerous, so that a closed list tells something too. */
function flawSummary(flaws: readonly Finding[]): Markup {
  const ids = flaws.slice(0, flawsInSummary).map(({ id }) => markup`<bdi class="id">${id}</bdi>`);
  const more = flaws.length - ids.length;
  return markup`${ids.map((id, at) => (at === 0 ? id : markup`, ${id}`))}${more > 0 ? markup` and ${more} more` : nothing}`;
}

function places(group: Group, report: Report): Markup {
  const { notes, things } = placesOf(group, report.image);
  if (notes.length + things.length === 0) return nothing;
  const shown = things.slice(0, placesShown).map((thing) => markup`<bdi class="name">${thing}</bdi>`);
  const all = [
    ...notes.map((note) => markup`${note}`),
    ...shown,
    ...(things.length > shown.length ? [markup`and ${things.length - shown.length} more places`] : []),
  ];
  return markup`<div>in ${all.map((place, at) => (at === 0 ? place : markup`, ${place}`))}</div>`;
}

function flawItem({ id, severity, title, kev, fixed, status }: Finding): Markup {
  return markup`<li><span class="badge ${severity}">${severity}</span> ${flawLink(id)}${kev ? markup` <span class="alarm">KEV</span>` : nothing} <span class="title">${title ?? ''}${fixed.length === 0 ? ` (${statusWords[status]})` : ''}</span></li>`;
}
