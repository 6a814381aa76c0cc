import { type RawBuilder, sql } from 'kysely';
import type { FindingStatus } from '../../model/finding.ts';
import type { Severity } from '../../model/severity.ts';
import { severityOf, statusOf } from '../candidate-codes.ts';
import { type Threat, type ThreatColumns, threatOf } from './threat.ts';
import { imageName, type Visibility } from './visibility.ts';

export interface ReadFinding extends ThreatColumns {
  readonly image: number;
  readonly component: number;
  readonly flaw: number;
  readonly digest: string;
  readonly image_name: string;
  readonly name: string;
  readonly aliases: string[];
  readonly title: string | null;
  readonly cvss: number | null;
  readonly package_name: string;
  readonly version: string;
  readonly type: string;
  readonly purl: string;
  readonly severity: number;
  readonly severity_source: string;
  readonly status: number;
  readonly fixed: string[];
  readonly upgrade_to: string | null;
  readonly risk: number;
  readonly since: Date;
  readonly first_seen: Date;
  readonly cause: string;
  readonly rescanned: Date | null;
  readonly exception: string | null;
  readonly reason: string | null;
  readonly expires: Date | null;
}

export interface FindingRow {
  readonly id: string;
  readonly image: { readonly digest: string; readonly name: string };
  readonly vulnerability: string;
  readonly aliases: string[];
  readonly title?: string;
  readonly package: { readonly name: string; readonly version: string; readonly type: string; readonly purl: string };
  readonly severity: Severity;
  readonly severitySource: string;
  readonly cvss?: number;
  readonly threat: Threat;
  readonly status: FindingStatus;
  readonly fixed: string[];
  readonly upgradeTo?: string;
  readonly risk: number;
  readonly firstSeen: string;
  readonly cause: 'push' | 'advisory' | 'scan';
  readonly exception?: { readonly id: string; readonly reason: string; readonly expires?: string };
  /** Rows in the store, for whoever adds what lies elsewhere. */
  readonly of: { readonly image: number; readonly component: number; readonly flaw: number };
}

/**
 * Of `candidate AS c`, `component AS k`, `flaw AS f`, `image AS i`. A finding was there as soon as both were: the image,
 * and the flaw in the component.
 */
export function findingColumns(visibility: Visibility): RawBuilder<ReadFinding> {
  return sql<ReadFinding>`i.id AS image, c.component, c.flaw, i.digest, ${imageName(visibility, 'i')} AS image_name,
    f.name, f.aliases, f.title, f.cvss, f.epss, f.epss_percentile, f.exploited, f.ransomware, f.exploits, f.facts,
    (SELECT max(built) FROM build) AS built, k.name AS package_name, k.version, k.type, k.purl,
    c.severity, c.severity_source, c.status, c.fixed, c.upgrade_to, c.risk, c.since, c.cause, i.first_seen,
    (SELECT max(event.at) FROM image_event AS event WHERE event.image = i.id AND event.change = 'appeared'
      AND event.component = c.component AND event.flaw = c.flaw) AS rescanned,
    ${exceptionColumns}`;
}

const exceptionColumns = sql`(SELECT e.exception FROM excepted AS e
      WHERE e.image = i.id AND e.component = c.component AND e.flaw = c.flaw) AS exception,
    (SELECT x.reason FROM excepted AS e JOIN exception AS x ON x.id = e.exception
      WHERE e.image = i.id AND e.component = c.component AND e.flaw = c.flaw) AS reason,
    (SELECT x.expires FROM excepted AS e JOIN exception AS x ON x.id = e.exception
      WHERE e.image = i.id AND e.component = c.component AND e.flaw = c.flaw) AS expires`;

export function toFindingRow(row: ReadFinding): FindingRow {
  const began = beginningOf(row);
  return {
    id: `${row.image}-${row.component}-${row.flaw}`,
    image: { digest: row.digest, name: row.image_name },
    vulnerability: row.name,
    aliases: row.aliases,
    ...(row.title && { title: row.title }),
    package: { name: row.package_name, version: row.version, type: row.type, purl: row.purl },
    severity: severityOf(row.severity),
    severitySource: row.severity_source,
    ...(row.cvss !== null && { cvss: row.cvss }),
    threat: threatOf(row),
    status: statusOf(row.status),
    fixed: row.fixed,
    ...(row.upgrade_to && { upgradeTo: row.upgrade_to }),
    risk: row.risk,
    firstSeen: began.at.toISOString(),
    cause: began.cause,
    ...(row.exception && {
      exception: {
        id: row.exception,
        reason: row.reason ?? '',
        ...(row.expires && { expires: row.expires.toISOString() }),
      },
    }),
    of: { image: row.image, component: row.component, flaw: row.flaw },
  };
}

/** When a finding came, and what brought it. */
export function beginningOf(row: Pick<ReadFinding, 'since' | 'first_seen' | 'cause' | 'rescanned'>): {
  readonly at: Date;
  readonly cause: 'push' | 'advisory' | 'scan';
} {
  if (row.rescanned && row.rescanned > row.since) return { at: row.rescanned, cause: 'scan' };
  if (row.cause === 'advisory' && row.since > row.first_seen) return { at: row.since, cause: 'advisory' };
  return { at: row.first_seen, cause: 'push' };
}
