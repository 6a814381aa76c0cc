import { useQuery } from '@tanstack/react-query';
import type {
  AffectedImage,
  VulnerabilityDetail,
  VulnerabilityRow,
} from '../../../src/server/contract/vulnerabilities.ts';
import { useApi } from './api-context.ts';
import { useGrowingList } from './page.ts';

const at = (id: string, rest = '') => `/vulnerabilities/${encodeURIComponent(id)}${rest}`;

export const useVulnerabilities = (query: object) =>
  useGrowingList<VulnerabilityRow>(['vulnerabilities'], '/vulnerabilities', query);

export function useVulnerability(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['vulnerabilities', id],
    queryFn: ({ signal }) => api.get<VulnerabilityDetail>(at(id), undefined, signal),
  });
}

export const useAffectedImages = (id: string) =>
  useGrowingList<AffectedImage>(['vulnerabilities', id, 'images'], at(id, '/images'));
