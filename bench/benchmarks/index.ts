import type { Benchmark } from '../benchmark.ts';
import { catalogers } from './catalogers.ts';
import { database } from './database.ts';
import { gzipLayers } from './gzip-layers.ts';
import { imageToFindings } from './image-to-findings.ts';
import { knownImage } from './known-image.ts';
import { peakMemory } from './peak-memory.ts';
import { sbomMatching } from './sbom-matching.ts';
import { startUp } from './start-up.ts';
import { versionSchemes } from './version-schemes.ts';

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
];
