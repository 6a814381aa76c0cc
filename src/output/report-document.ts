import type { Finding } from '../model/finding.ts';
import type { Package } from '../model/package.ts';
import type { Report } from '../model/report.ts';

/** A package as documents show it: where it lies is also there in short. */
export interface PackageDocument extends Package {
  /** The paths of `locations`. */
  readonly paths: readonly string[];
  /** The layer (diffID) that brought it: that of its first location. */
  readonly layer?: string;
}

/** The report as a document; `schemas/report-1.json` is its published schema. Absent values are left out. */
export interface ReportDocument extends Omit<Report, 'packages'> {
  readonly packages: readonly PackageDocument[];
}

export function toDocument(report: Report): ReportDocument {
  const parts = documentParts(report);
  return { ...parts, packages: [...parts.packages], findings: [...parts.findings] };
}

/** The document with its long lists made one by one. */
interface DocumentParts extends Omit<ReportDocument, 'packages' | 'findings'> {
  readonly packages: IteratorObject<PackageDocument>;
  readonly findings: IteratorObject<Finding>;
}

export function documentParts(report: Report): DocumentParts {
  const { schema, image, packages, findings, coverage, problems, database, scanner } = report;
  return {
    schema,
    scanner,
    image,
    packages: packages.values().map(packageDocument),
    findings: findings.values().map(findingDocument),
    coverage,
    problems,
    database,
  };
}

/** What identifies comes first, so that people find their way. */
function packageDocument(found: Package): PackageDocument {
  const { id, purl, type, namespace, name, version, arch, source, owner, evidence, locations, ...rest } = found;
  const layer = locations[0]?.layer;
  return {
    id,
    purl,
    type,
    ...(namespace !== undefined && { namespace }),
    name,
    version,
    ...(arch !== undefined && { arch }),
    ...(source !== undefined && { source }),
    owner,
    evidence,
    paths: locations.map(({ path }) => path),
    ...(layer !== undefined && { layer }),
    locations,
    ...rest,
  };
}

function findingDocument(finding: Finding): Finding {
  const {
    id,
    aliases,
    title,
    package: instance,
    purl,
    installed,
    fixed,
    upgradeTo,
    status,
    severity,
    ...rest
  } = finding;
  return {
    id,
    aliases,
    ...(title !== undefined && { title }),
    package: instance,
    purl,
    installed,
    fixed,
    ...(upgradeTo !== undefined && { upgradeTo }),
    status,
    severity,
    ...rest,
  };
}
