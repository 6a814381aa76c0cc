import { keepPreviousData } from '@tanstack/react-query';
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
import { useScoped } from '../scope.ts';
import { useAnswer } from './answer.ts';
import { useGrowingList } from './page.ts';

const at = (digest: string, rest = '') => `/images/${encodeURIComponent(digest)}${rest}`;

export const useImages = (query: object) => useGrowingList<ImageRow>(['images'], '/images', useScoped(query));

export function useImageFacets(asked: Partial<ImageFilter> | object) {
  const filter = useScoped(asked);
  return useAnswer<Facets>(['images', 'facets', filter], '/images/facets', filter, {
    placeholderData: keepPreviousData,
  });
}

export const useImage = (digest: string) => useAnswer<ImageDetail>(['images', digest], at(digest));

export const useImageFindings = (digest: string, query: Partial<FindingFilter> | object) =>
  useGrowingList<FindingRow>(['images', digest, 'findings'], at(digest, '/findings'), query);

export const useImagePackages = (digest: string, query: object) =>
  useGrowingList<ImagePackage>(['images', digest, 'packages'], at(digest, '/packages'), query);

export const useImageHistory = (digest: string) =>
  useGrowingList<HistoryEvent>(['images', digest, 'history'], at(digest, '/history'));

export const useImageUpgrades = (digest: string) =>
  useAnswer<{ items: UpgradeRow[] }>(['images', digest, 'upgrades'], at(digest, '/upgrades'));

export const useFindingWhy = (id: string) =>
  useAnswer<FindingWhy>(['images', 'why', id], `/findings/${encodeURIComponent(id)}/why`, undefined, {
    staleTime: 300_000,
  });
