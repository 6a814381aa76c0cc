import { createHash } from 'node:crypto';
import type { Report } from '../../model/report.ts';
import type { Exporter } from '../exporter.ts';
import { databaseFact } from '../summary.ts';
import { planUpgrades } from '../upgrades.ts';
import { findingTable } from './html/finding-table.ts';
import { groupList } from './html/group-list.ts';
import { head as headOf } from './html/head.ts';
import { ignoredList, limitList } from './html/limits.ts';
import { type Markup, markup, nothing, trusted } from './html/markup.ts';
import { script } from './html/script.data.ts';
import { style } from './html/style.data.ts';

/** One page that needs nothing else: no font, script or image from anywhere, and a policy that lets none in. */
export const html: Exporter = {
  id: 'html',
  title: 'One self-contained page, to read and to share',
  mediaType: 'text/html',
  write: (report, { now }) => pageOf(report, now).html,
};

/** https://www.w3.org/TR/CSP3/: only this style and this script, by their hashes. */
const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`;

function pageOf(report: Report, now: string): Markup {
  const plan = planUpgrades(report);
  const main = [
    groupList('upgrades', plan.upgrades, report),
    groupList('unfixed', plan.unfixed, report),
    ignoredList(plan.ignored),
    limitList(report),
    findingTable(report),
  ];
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${report.image.reference}: known flaws</title>
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the list</a>
${headOf(report, plan, now)}
<main id="main">
${main}
</main>
${footer(report, now)}
${report.findings.length > 0 ? markup`<script>${trusted(script)}</script>` : nothing}
</body>
</html>
`;
}

function footer(report: Report, now: string): Markup {
  const { image, database, scanner } = report;
  const digests = [
    image.manifestDigest && `manifest ${image.manifestDigest}`,
    image.configDigest && `configuration ${image.configDigest}`,
  ];
  return markup`<footer>
<p>${databaseFact(report, now).text}, from ${database.sources.map(({ id, date }) => `${id} (${date})`).join(', ') || 'no source'}.</p>
${digests.flatMap((text) => (text ? [markup`<p>Digest of the ${text}</p>\n`] : []))}<p>Written by Breakwater ${scanner.version} on ${now.slice(0, 10)}.</p>
</footer>`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
