import { keepPreviousData } from '@tanstack/react-query';
import type { Facets } from '../../../src/server/contract/images.ts';
import type {
  AffectedImage,
  VulnerabilityDetail,
  VulnerabilityRow,
} from '../../../src/server/contract/vulnerabilities.ts';
import { useScoped } from '../scope.ts';
import { useAnswer } from './answer.ts';
import { useGrowingList } from './page.ts';

const at = (id: string, rest = '') => `/vulnerabilities/${encodeURIComponent(id)}${rest}`;

export const useVulnerabilities = (query: object) =>
  useGrowingList<VulnerabilityRow>(['vulnerabilities'], '/vulnerabilities', useScoped(query));

export function useVulnerabilityFacets(asked: object) {
  const filter = useScoped(asked);
  return useAnswer<Facets>(['vulnerabilities', 'facets', filter], '/vulnerabilities/facets', filter, {
    placeholderData: keepPreviousData,
  });
}

export function useVulnerability(id: string) {
  const query = useScoped({});
  return useAnswer<VulnerabilityDetail>(['vulnerabilities', id, query], at(id), query);
}

export const useAffectedImages = (id: string) =>
  useGrowingList<AffectedImage>(['vulnerabilities', id, 'images'], at(id, '/images'), useScoped({}));
