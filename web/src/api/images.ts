import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type {
  Facets,
  FindingFilter,
  FindingRow,
  FindingWhy,
  HistoryEvent,
  ImageDetail,
  ImageFilter,
  ImagePackage,
  ImageRow,
  UpgradeRow,
} from '../../../src/server/contract/images.ts';
import { useApi } from './api-context.ts';
import { useGrowingList } from './page.ts';

const at = (digest: string, rest = '') => `/images/${encodeURIComponent(digest)}${rest}`;

export const useImages = (query: object) => useGrowingList<ImageRow>(['images'], '/images', query);

export function useImageFacets(filter: Partial<ImageFilter> | object) {
  const api = useApi();
  return useQuery({
    queryKey: ['images', 'facets', filter],
    queryFn: ({ signal }) => api.get<Facets>('/images/facets', filter, signal),
    placeholderData: keepPreviousData,
  });
}

export function useImage(digest: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['images', digest],
    queryFn: ({ signal }) => api.get<ImageDetail>(at(digest), undefined, signal),
  });
}

export const useImageFindings = (digest: string, query: Partial<FindingFilter> | object) =>
  useGrowingList<FindingRow>(['images', digest, 'findings'], at(digest, '/findings'), query);

export const useImagePackages = (digest: string, query: object) =>
  useGrowingList<ImagePackage>(['images', digest, 'packages'], at(digest, '/packages'), query);

export const useImageHistory = (digest: string) =>
  useGrowingList<HistoryEvent>(['images', digest, 'history'], at(digest, '/history'));

export function useImageUpgrades(digest: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['images', digest, 'upgrades'],
    queryFn: ({ signal }) => api.get<{ items: UpgradeRow[] }>(at(digest, '/upgrades'), undefined, signal),
  });
}

export function useFindingWhy(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['images', 'why', id],
    queryFn: ({ signal }) => api.get<FindingWhy>(`/findings/${encodeURIComponent(id)}/why`, undefined, signal),
    staleTime: 300_000,
  });
}
