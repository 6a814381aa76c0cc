import type { Benchmark } from '../benchmark.ts';
import { catalogers } from './catalogers.ts';
import { database } from './database.ts';
import { fullAssessment } from './full-assessment.ts';
import { gzipLayers } from './gzip-layers.ts';
import { imageToFindings } from './image-to-findings.ts';
import { knownImage } from './known-image.ts';
import { peakMemory } from './peak-memory.ts';
import { pushToFindings } from './push-to-findings.ts';
import { sbomMatching } from './sbom-matching.ts';
import { serverLoad } from './server-load.ts';
import { serverReads } from './server-reads.ts';
import { serverStart } from './server-start.ts';
import { startUp } from './start-up.ts';
import { storeDelta } from './store-delta.ts';
import { versionSchemes } from './version-schemes.ts';
import { webhookFlood } from './webhook-flood.ts';

/** In the order of the report. */
export const benchmarks: readonly Benchmark[] = [
  imageToFindings,
  gzipLayers,
  knownImage,
  sbomMatching,
  database,
  startUp,
  peakMemory,
  catalogers,
  versionSchemes,
  serverStart,
  pushToFindings,
  fullAssessment,
  serverLoad,
  serverReads,
  webhookFlood,
  storeDelta,
];
