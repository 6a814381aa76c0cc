import { hash } from 'node:crypto';
import { visibleJson, visibleSentence } from '../../lib/visible-text.ts';
import type { Finding } from '../../model/finding.ts';
import type { Package } from '../../model/package.ts';
import type { Report } from '../../model/report.ts';
import type { Exporter } from '../exporter.ts';
import { pathsOf, statusWords } from '../flaw-facts.ts';
import { packageLabel } from '../package-label.ts';
import { levelOf, ruleOf } from './sarif/rule.ts';

/** SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html: code scanning of GitHub and others. */
export const sarif: Exporter = {
  id: 'sarif',
  title: 'SARIF 2.1.0, for code scanning',
  mediaType: 'application/sarif+json',
  write: (report) => `${visibleJson(logOf(report), 2)}\n`,
};

const rootId = 'ROOTFS';

function logOf(report: Report) {
  const { image, findings, scanner } = report;
  const packages = new Map(report.packages.map((found) => [found.id, found]));
  const flaws = [...Map.groupBy(findings, ({ id }) => id)];
  const ruleIndex = new Map(flaws.map(([id], at) => [id, at]));
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Breakwater',
            version: scanner.version,
            rules: flaws.map(([id, group]) => ruleOf(id, group)),
          },
        },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: report.problems.map(({ code, where, message }) => ({
              descriptor: { id: code },
              level: 'warning',
              message: { text: message.includes(where) ? message : `${where}: ${message}` },
            })),
          },
        ],
        automationDetails: { id: `breakwater/${image.reference}/` },
        originalUriBaseIds: { [rootId]: { description: { text: 'The root of the scanned file system.' } } },
        results: findings.map((finding) =>
          resultOf(finding, packages.get(finding.package), image.reference, ruleIndex.get(finding.id) ?? -1),
        ),
        columnKind: 'utf16CodeUnits',
        properties: {
          image: image.reference,
          ...(image.manifestDigest && { manifestDigest: image.manifestDigest }),
          ...(image.configDigest && { configDigest: image.configDigest }),
          databaseBuilt: report.database.built,
          coverage: report.coverage,
        },
      },
    ],
  };
}

function resultOf(finding: Finding, found: Package | undefined, reference: string, ruleIndex: number) {
  const name = found ? packageLabel(found) : finding.purl;
  const { ignored } = finding;
  return {
    ruleId: finding.id,
    ruleIndex,
    level: levelOf(finding.severity),
    message: { text: visibleSentence(sentenceOf(finding, name)) },
    locations: locationsOf(found, name),
    fingerprints: { 'breakwater/finding/v1': digest(reference, finding.package, finding.id) },
    partialFingerprints: { 'breakwater/packageAndFlaw/v1': digest(finding.package, finding.id) },
    ...(ignored && {
      suppressions: [
        {
          kind: 'external',
          status: 'accepted',
          justification: ignored.expires ? `${ignored.reason} (until ${ignored.expires})` : ignored.reason,
        },
      ],
    }),
    properties: {
      purl: finding.purl,
      installed: finding.installed,
      fixed: finding.fixed,
      status: finding.status,
      severity: finding.severity,
      severitySource: finding.severitySource,
      ...(found?.locations[0]?.layer && { layer: found.locations[0].layer }),
    },
  };
}

/** Links in messages are written with brackets, so a name's own brackets are escaped (section 3.11.6). */
function sentenceOf({ id, installed, fixed, status, kev }: Finding, name: string): string {
  const fix = fixed.length > 0 ? `fixed in ${fixed.join(' or ')}` : statusWords[status];
  const exploited = kev ? ' Exploited in the wild.' : '';
  return `${name} ${installed} has ${id}: ${fix}.${exploited}`.replace(/[[\]\\]/g, '\\$&');
}

function locationsOf(found: Package | undefined, name: string) {
  const logicalLocations = [{ name, kind: 'module', ...(found && { fullyQualifiedName: found.purl }) }];
  const paths = found ? pathsOf(found) : [];
  if (paths.length === 0) return [{ logicalLocations }];
  return paths.map((path) => ({
    physicalLocation: {
      artifactLocation: { uri: path.split('/').map(encodeSegment).join('/'), uriBaseId: rootId },
      region: { startLine: 1 },
    },
    logicalLocations,
  }));
}

function encodeSegment(segment: string): string {
  return encodeURIComponent(segment.toWellFormed()).replaceAll('%40', '@');
}

function digest(...parts: readonly string[]): string {
  return hash('sha256', parts.join('\0'), 'hex');
}
