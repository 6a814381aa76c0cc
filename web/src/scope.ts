import { useMatches, useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { AddressValues } from './address-filter.ts';

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** As the page's route says. */
    readonly takesScope?: boolean;
  }
}

/** What one chose to see: a registry, or a repository of it (`registry/repository`). Undefined is everything. */
export const useScope = (): string | undefined =>
  useSearch({ strict: false, select: (values) => (values as AddressValues).scope?.[0] });

/** The scope where the page follows it, and undefined where it is shown whole. */
export function usePageScope(): string | undefined {
  const scope = useScope();
  const isFollowed = useMatches({ select: (matches) => matches.at(-1)?.staticData.takesScope === true });
  return isFollowed ? scope : undefined;
}

/** A question about many things, put within the scope. */
export function useScoped<T extends object>(query: T): T & { readonly scope?: string } {
  const scope = useScope();
  return scope === undefined ? query : { ...query, scope };
}

/** Stays on the page, without the row that was open unless told otherwise; the way back leads to what was shown before. */
export function useChooseScope({ keepsSelected = false } = {}): (scope: string | undefined) => void {
  const navigate = useNavigate();
  return useCallback(
    (scope) =>
      void navigate({
        to: '.',
        resetScroll: false,
        // Said as undefined, or the next address would keep it.
        search: (({ selected, ...others }: AddressValues) => ({
          ...others,
          ...(keepsSelected && selected && { selected }),
          scope: scope === undefined ? undefined : [scope],
        })) as never,
      }),
    [navigate, keepsSelected],
  );
}

/** The place that a scope names, as exceptions name places. */
export function placeOf(scope: string | undefined): { readonly registry?: string; readonly repository?: string } {
  const [registry, ...rest] = scope?.split('/') ?? [];
  return { ...(registry && { registry }), ...(rest.length > 0 && { repository: rest.join('/') }) };
}
