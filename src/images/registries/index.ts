import type { RegistryConnector } from '../registry-connector.ts';
import { acr } from './acr.ts';
import { artifactRegistry } from './artifact-registry.ts';
import { distribution } from './distribution.ts';
import { dockerHub } from './docker-hub.ts';
import { ecr } from './ecr.ts';
import { ghcr } from './ghcr.ts';
import { harbor } from './harbor.ts';

/** In the order in which a form offers them. */
export const registryConnectors: readonly RegistryConnector[] = [
  acr,
  ecr,
  artifactRegistry,
  ghcr,
  dockerHub,
  harbor,
  distribution,
];
