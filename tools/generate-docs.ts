import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { registryConnectors } from '../src/images/registries/index.ts';
import { imageSources } from '../src/images/sources/index.ts';
import { exporters } from '../src/output/exporters/index.ts';
import { openApiDocument } from '../src/server/http/openapi.ts';
import { settings } from '../src/server/load-config.ts';
import { createMetrics } from '../src/server/metrics.ts';
import { routes } from '../src/server/routes/index.ts';
import { catalogers } from '../src/vulnerability/catalogers/index.ts';
import { enrichments } from '../src/vulnerability/enrichments/index.ts';
import { feeds } from '../src/vulnerability/feeds/index.ts';
import { versionSchemes } from '../src/vulnerability/version-schemes/index.ts';

/** Writes the pages that follow from the plug-ins' own words; with `--check`, fails when they are out of date. */
const root = resolve(import.meta.dirname, '..');
const { body: metricsText } = await createMetrics(async () => undefined).text();
/** Those of Node itself are the library's to document. */
const metrics = Array.from(metricsText.matchAll(/^# HELP (breakwater_(?!nodejs|process)\w+) (.*)$/gm));
const formats = await Promise.all([...exporters.values()].map((load) => load()));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const reference = `# What Breakwater reads, compares and writes

Written by \`npm run docs\` from the parts themselves.

## Where images come from

${table(
  ['kind', 'what'],
  imageSources.map(({ id, title }) => [`\`${id}\``, title]),
)}

## Registries that the server watches

Each lies in \`src/images/registries\`. Include and exclude are globs over repositories, in which \`*\` stops at a slash and
\`**\` does not; what stands before the first slash of a glob names the owners, projects or organisations to list where a
product cannot list everything. Any sign-in of a cloud goes to that cloud's hosts alone, and private addresses are reached
only when \`network.allow\` lists them. "This address" and SECRET are told when a registry is connected.

${table(
  ['kind', 'product', 'host', 'sign-ins', 'how it tells of pushes and deletions'],
  registryConnectors.map(({ id, title, hostExample, signIns, notifications }) => [
    `\`${id}\``,
    title,
    `\`${hostExample}\``,
    signIns.join(', '),
    notifications?.howTo ?? 'It is looked through by the clock.',
  ]),
)}

## Catalogers

Those for directories only read lock files; they never run inside an image, where only installed evidence counts.

${table(
  ['cataloger', 'reads', 'evidence', 'package types', 'runs in'],
  catalogers.map(({ id, title, evidence, types, scope }) => [
    `\`${id}\``,
    title,
    evidence,
    types.join(', '),
    scope === 'image' ? 'images and directories' : 'directories',
  ]),
)}

## Version schemes

${table(
  ['scheme', 'follows'],
  versionSchemes.map(({ id, title }) => [`\`${id}\``, title]),
)}

## Advisory feeds

${table(
  ['feed', 'source', 'licence of the data', 'named as'],
  feeds.map(({ id, title, license, attribution }) => [`\`${id}\``, title, license, attribution]),
)}

## Enrichment

${table(
  ['enrichment', 'source', 'licence of the data', 'named as'],
  enrichments.map(({ id, title, license, attribution }) => [`\`${id}\``, title, license, attribution]),
)}

## Report formats

${table(
  ['format', 'what', 'media type'],
  formats.map(({ id, title, mediaType }) => [`\`${id}\``, title, mediaType]),
)}

## Settings of the server

In a file (\`--config FILE\` or \`BREAKWATER_CONFIG\`, YAML), as environment variables, as flags; later ones win.

${table(
  ['key', 'variable', 'flag', 'value', 'when not set', 'what'],
  settings.map(({ key, variable, flag, type, standard, description }) => [
    `\`${key}\``,
    `\`${variable}\``,
    `\`${flag}\``,
    type,
    standard === undefined ? '' : `\`${JSON.stringify(standard)}\``,
    description,
  ]),
)}

## Metrics of the server

At \`/metrics\`, in the text format of Prometheus; those of Node itself (\`breakwater_process_…\`, \`breakwater_nodejs_…\`) besides.

${table(
  ['metric', 'what'],
  metrics.map(([, name = '', help = '']) => [`\`${name}\``, help]),
)}
`;

const notice = `Breakwater
Copyright The Breakwater authors

The vulnerability database in data/ is compiled from the sources below; each keeps its licence.

${[...feeds, ...enrichments].map(({ title, license, attribution }) => `- ${title}: ${attribution} (${license})`).join('\n')}
`;

const pages = [
  ['docs/reference.md', reference],
  ['NOTICE', notice],
  ['schemas/openapi-1.json', `${JSON.stringify(openApiDocument(routes), undefined, 2)}\n`],
] as const;

let stale = 0;
for (const [name, text] of pages) {
  const path = join(root, name);
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    process.stderr.write(`${name} is out of date; run "npm run docs".\n`);
    stale += 1;
  }
}
process.exitCode = stale > 0 ? 1 : 0;
