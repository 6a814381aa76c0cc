import { statSync } from 'node:fs';
import type { Image, Platform } from '../images/image.ts';
import { openSubject } from '../images/open-subject.ts';
import { describePlatform, platformDistance } from '../images/platform.ts';
import { imageSources } from '../images/sources/index.ts';
import { AppError } from '../lib/errors.ts';
import { version } from '../lib/version.ts';
import type { Report } from '../model/report.ts';
import { type AssessEvent, type AssessOptions, assess, report } from '../vulnerability/assess.ts';
import { catalogers } from '../vulnerability/catalogers/index.ts';
import { createJudge } from '../vulnerability/judge.ts';
import { noLayerCache, openLayerCache } from '../vulnerability/layer-cache.ts';
import { versionSchemes } from '../vulnerability/version-schemes/index.ts';
import { buildIdentity } from './build-identity.ts';
import type { Resources, Terminal } from './command.ts';
import { chooseDatabase } from './open-database.ts';
import type { ScanArguments } from './scan-arguments.ts';

/** Everything from a reference to a report. */
export async function runScan(
  args: ScanArguments,
  terminal: Terminal,
  { hasher }: Resources,
  onEvent?: (event: AssessEvent) => void,
): Promise<Report> {
  const { path, database } = chooseDatabase(args.database, terminal.environment);
  try {
    const judge = createJudge(database, versionSchemes);
    const options: AssessOptions = {
      catalogers,
      cache: args.cacheDirectory
        ? openLayerCache(args.cacheDirectory, args.cacheBytes, catalogers, args.limits, buildIdentity())
        : noLayerCache,
      limits: args.limits,
      scannerVersion: version(),
      judgedBy: judgedBy(path, database.built),
      ...(hasher && { hasher }),
      ...(onEvent && { onEvent }),
    };
    const subject = await openSubject(args.reference, imageSources, args.open);
    if (subject.kind === 'sbom') {
      const { readSbomFile } = await import('../vulnerability/sbom/read-sbom-file.ts');
      const { image, inventory } = readSbomFile(subject);
      return report(image, inventory, database, judge, options);
    }
    try {
      if (args.platformStated && subject.kind === 'image') requirePlatform(subject, args.open.platform);
      return await assess(subject, database, judge, options);
    } finally {
      if (subject.kind === 'image') await subject.close();
    }
  } finally {
    database.close();
  }
}

/** An index is asked for a platform; an image that stands alone is held to it too. Not every image tells its own. */
function requirePlatform({ reference, platform }: Image, wanted: Platform): void {
  if (platform.architecture === 'unknown' || platformDistance(platform, wanted) !== undefined) return;
  throw new AppError(
    'PLATFORM_NOT_FOUND',
    `${reference} is an image for ${describePlatform(platform)}, not for ${describePlatform(wanted)}; leave out --platform to scan it.`,
  );
}

/** The file of the database as it is now, and today's date. */
function judgedBy(path: string, built: string): string {
  const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
  return JSON.stringify([built, dev, ino, size, mtimeMs, ctimeMs, new Date().toISOString().slice(0, 10)]);
}
