import { AppError } from '../lib/errors.ts';
import type { Location } from '../model/package.ts';
import type { Report } from '../model/report.ts';
import { severities } from '../model/severity.ts';
import { statusOf } from '../store/candidate-codes.ts';
import type { FindingCounts } from '../store/read/image-row.ts';
import {
  type ComponentFinding,
  readExcepted,
  readPackedDetails,
  readStoredDetail,
  type StoredImage,
} from '../store/read/stored-image.ts';
import type { Store } from '../store/tables.ts';
import { report } from '../vulnerability/assess.ts';
import { type DetailedImage, unpackDetail, unpackPlaces } from './assessment/image-detail.ts';
import { unpackFacts } from './assessment/stored-rows.ts';
import type { CurrentDatabase } from './assessment/vulnerabilities.ts';

/** An image as it was scanned: its packages, with the row of `component` of each. Undefined where it never was. */
export async function readScanned(store: Store, image: number): Promise<DetailedImage | undefined> {
  const stored = await readStoredDetail(store, image);
  if (!stored) return undefined;
  const byId = new Map(stored.components.map((component) => [component.id, component]));
  return unpackDetail(stored.detail, (id) => {
    const found = byId.get(id);
    if (!found)
      throw new AppError('STORE_UNAVAILABLE', 'The image is being scanned anew at this moment. Try again shortly.');
    return { id, purl: found.purl, facts: unpackFacts(found.facts) };
  });
}

/** The report that a scan of these packages gives with the database in force; what exceptions cover is marked as ignored. */
export async function reportOf(
  store: Store,
  image: Pick<StoredImage, 'id' | 'scanner'>,
  scanned: DetailedImage,
  { database, judge }: CurrentDatabase,
): Promise<Report> {
  const made = report(scanned.image, scanned.inventory, database, judge, { scannerVersion: image.scanner ?? '' });
  const excepted = await readExcepted(store, image.id);
  if (excepted.length === 0) return made;
  const componentOf = new Map(scanned.inventory.packages.map(({ id }, at) => [id, scanned.components[at]]));
  const byFinding = new Map(excepted.map((one) => [`${one.component} ${one.flaw}`, one]));
  const findings = made.findings.map((finding) => {
    const exception = byFinding.get(`${componentOf.get(finding.package)} ${finding.id}`);
    if (!exception) return finding;
    const { reason, expires } = exception;
    return { ...finding, ignored: { reason, ...(expires && { expires: expires.toISOString().slice(0, 10) }) } };
  });
  return { ...made, findings };
}

export function countFindings(findings: readonly ComponentFinding[]): FindingCounts {
  const of = (severity: (typeof severities)[number]) =>
    findings.filter((finding) => severities[finding.severity] === severity).length;
  return {
    critical: of('critical'),
    high: of('high'),
    medium: of('medium'),
    low: of('low'),
    negligible: of('negligible'),
    unknown: of('unknown'),
    fixable: findings.filter(({ status }) => statusOf(status) === 'fixed').length,
    exploited: findings.filter(({ exploited }) => exploited).length,
  };
}

type Place = { path: string; layer?: string };

/** Where the components of findings lie in their images. */
export async function placesOf(
  store: Store,
  findings: readonly { readonly of: { readonly image: number; readonly component: number } }[],
): Promise<(of: { readonly image: number; readonly component: number }) => Place[]> {
  const details = await readPackedDetails(store, [...new Set(findings.map(({ of }) => of.image))]);
  const wanted = Map.groupBy(findings, ({ of }) => of.image);
  const places = new Map<string, Place[]>();
  for (const [image, packed] of details) {
    const components = new Set(wanted.get(image)?.map(({ of }) => of.component));
    for (const { component, locations } of unpackPlaces(packed, components)) {
      const key = `${image} ${component}`;
      places.set(key, [...(places.get(key) ?? []), ...locations.map(toPlace)].slice(0, maxPlaces));
    }
  }
  return ({ image, component }) => places.get(`${image} ${component}`) ?? [];
}

const maxPlaces = 100;

export function toPlace({ path, layer }: Location): Place {
  return { path, ...(layer && { layer }) };
}
