import { keepPreviousData } from '@tanstack/react-query';
import type { Facets } from '../../../src/server/contract/images.ts';
import type {
  AffectedImage,
  VulnerabilityDetail,
  VulnerabilityRow,
} from '../../../src/server/contract/vulnerabilities.ts';
import { useAnswer } from './answer.ts';
import { useGrowingList } from './page.ts';

const at = (id: string, rest = '') => `/vulnerabilities/${encodeURIComponent(id)}${rest}`;

export const useVulnerabilities = (query: object) =>
  useGrowingList<VulnerabilityRow>(['vulnerabilities'], '/vulnerabilities', query);

export const useVulnerabilityFacets = (filter: object) =>
  useAnswer<Facets>(['vulnerabilities', 'facets', filter], '/vulnerabilities/facets', filter, {
    placeholderData: keepPreviousData,
  });

export const useVulnerability = (id: string) => useAnswer<VulnerabilityDetail>(['vulnerabilities', id], at(id));

export const useAffectedImages = (id: string) =>
  useGrowingList<AffectedImage>(['vulnerabilities', id, 'images'], at(id, '/images'));
