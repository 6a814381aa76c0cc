import * as z from 'zod';
import { AppError } from '../../lib/errors.ts';
import { exporters } from '../../output/exporters/index.ts';
import { imageDigest } from '../contract/images.ts';
import { type Access, type Route, route } from '../route.ts';
import { readScanned, reportOf } from '../scanned-image.ts';
import { imageFor } from '../visible.ts';

const access: Access = { role: 'reader', within: 'scoped' };
const params = z.object({ digest: imageDigest });
/** Packages that cannot be read back; the image is to be scanned again. */
const damaged = [422];

const sbom = route({
  id: 'images.sbom',
  method: 'GET',
  path: '/images/{digest}/sbom',
  summary: 'The bill of materials of an image, as a file.',
  access,
  errors: damaged,
  params,
  query: z.object({ format: z.enum(['cyclonedx', 'spdx']).default('cyclonedx') }),
  streams: ['application/vnd.cyclonedx+json', 'application/spdx+json', 'application/json'],
  handle: async ({ params, query, caller }, context) => write(params.digest, query.format, caller, context),
});

const reportFile = route({
  id: 'images.report',
  method: 'GET',
  path: '/images/{digest}/report',
  summary: 'The report of an image with the database in force, as a file.',
  access,
  errors: damaged,
  params,
  query: z.object({ format: z.enum([...exporters.keys()]).default('json') }),
  streams: [
    'application/json',
    'text/plain',
    'text/csv',
    'text/html',
    'text/markdown',
    'application/sarif+json',
    'application/vnd.cyclonedx+json',
    'application/spdx+json',
  ],
  handle: async ({ params, query, caller }, context) => write(params.digest, query.format, caller, context),
});

export const imageFileRoutes: readonly Route[] = [sbom, reportFile];

async function write(
  digest: string,
  format: string,
  caller: Parameters<Route['handle']>[0]['caller'],
  { store, vulnerabilities, now }: Parameters<Route['handle']>[1],
) {
  const { image } = await imageFor(store, caller, digest);
  const scanned = await readScanned(store, image.id);
  const exporter = await exporters.get(format)?.();
  if (!scanned || !exporter)
    throw new AppError('NOT_FOUND', `The image ${digest} has not been scanned yet; ask again when it has.`);
  const report = await reportOf(store, image, scanned, vulnerabilities.current());
  const options = { colour: false, columns: 120, now: now().toISOString() };
  return {
    contentType: exporter.mediaType,
    fileName: `${digest.slice(7, 19)}.${format}${extensions[exporter.mediaType.split(';')[0] ?? ''] ?? '.json'}`,
    body: pieces(exporter.pieces?.(report, options) ?? [exporter.write(report, options)]),
  };
}

const extensions: Readonly<Record<string, string>> = {
  'text/plain': '.txt',
  'text/csv': '.csv',
  'text/html': '.html',
  'text/markdown': '.md',
};

async function* pieces(texts: Iterable<string>) {
  yield* texts;
}
