import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Facets } from '../../../src/server/contract/images.ts';
import { parseAddress, useAddressFilter } from '../address-filter.ts';
import type { GrowingList } from '../api/page.ts';
import { useShortcuts } from '../keyboard/use-shortcuts.ts';
import { usePageScope } from '../scope.ts';
import { type Column, DataTable } from './DataTable.tsx';
import { EmptyState } from './EmptyState.tsx';
import { ErrorState } from './ErrorState.tsx';
import { type Filter, FilterBar } from './FilterBar.tsx';
import { plural } from './format.ts';
import classes from './ListPage.module.css';
import { filterNames, type ListFilters, sortOf } from './list-filters.ts';
import { NothingThere } from './NothingThere.tsx';
import { PageHead } from './PageHead.tsx';
import { ShowEverything } from './ShowEverything.tsx';
import { loadDrawer, SidePanel } from './SidePanel.tsx';

interface ListPageProps<Row> {
  readonly title: string;
  /** The one question that the page answers. A list inside a tab has none, and no head. */
  readonly question?: string;
  /** What a row is, in one and in many: `['image', 'images']`. */
  readonly noun: readonly [one: string, many: string];
  readonly list: GrowingList<Row>;
  readonly columns: readonly Column<Row>[];
  readonly rowId: (row: Row) => string;
  readonly filters?: ListFilters;
  readonly facets?: Facets | undefined;
  /** Details beside the list; with it, a click on a row opens them. */
  readonly panel?: ((row: Row) => { readonly title: ReactNode; readonly content: ReactNode }) | undefined;
  /** Address of the row's own page. */
  readonly href?: ((row: Row) => string) | undefined;
  /** Shown while nothing exists at all, whatever the filter. */
  readonly empty: ReactNode;
  readonly actions?: ReactNode;
  /** Above the table: what is partial, a summary. */
  readonly lead?: ReactNode;
  /** At the end of the filter line: an export. */
  readonly tools?: ReactNode;
}

/** A list that one filters, walks with the keyboard and opens. Pages only declare what is theirs. */
export function ListPage<Row>(props: ListPageProps<Row>) {
  const { list, rowId, href, filters = {} } = props;
  const { search, offered = [], pinned = [], sort } = filters;
  const address = useAddressFilter();
  const [active, setActive] = useState(-1);
  const searchRef = useRef<HTMLInputElement>(null);
  const tableRef = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const scope = usePageScope();
  const hasRoom = useMediaQuery('(min-width: 75em)', true, { getInitialValueInEffect: false });

  const selected = address.one('selected');
  const selectedRow = props.panel && selected ? list.rows.find((row) => rowId(row) === selected) : undefined;
  const select = (row: Row | undefined) => address.set({ selected: row === undefined ? undefined : rowId(row) });
  const open = (row: Row) => {
    const [path = '/', query = ''] = (href?.(row) ?? '').split('?', 2);
    if (href) void navigate({ to: path, search: parseAddress(query) as never });
  };
  const moveTo = (index: number) => {
    setActive(index);
    const row = list.rows[index];
    if (row !== undefined && selectedRow !== undefined) select(row);
  };
  useShortcuts({
    j: () => moveTo(Math.min(list.rows.length - 1, active + 1)),
    k: () => moveTo(Math.max(0, active - 1)),
    e: () => explain(tableRef.current, active),
    o: () => list.rows[active] !== undefined && open(list.rows[active] as Row),
    '/': () => searchRef.current?.focus(),
    Escape: () => select(undefined),
  });
  const hasDrawer = props.panel !== undefined && !hasRoom;
  useEffect(() => {
    if (hasDrawer) void loadDrawer().catch(() => {});
  }, [hasDrawer]);
  useRefreshWhenQuiet(list, tableRef, active >= 0 || selectedRow !== undefined);

  const isFiltered = filterNames(filters).some((name) => address.values[name]);
  // Inside a tab that tells its count, a bar with nothing to filter by would only take room.
  const hasBar = props.question || isFiltered || offered.length > 0 || search || props.tools;
  const isEmpty = !list.isLoading && !list.error && list.rows.length === 0 && !list.isChanging;
  const details = selectedRow === undefined ? undefined : props.panel?.(selectedRow);
  return (
    <>
      {props.question && <PageHead title={props.title} question={props.question} actions={props.actions} />}
      {props.lead && <div className={classes.lead}>{props.lead}</div>}
      {hasBar && !(isEmpty && !isFiltered) && (
        <FilterBar
          filters={[...offered, ...pinned.filter(({ name }) => address.values[name]).map(pinnedFilter)]}
          address={address}
          facets={props.facets}
          searchRef={searchRef}
          searchHint={search}
          count={list.total === undefined ? undefined : countText(list.total, props.noun)}
          actions={props.tools}
        />
      )}
      <div className={classes.columns} data-panel={(details && hasRoom) || undefined}>
        <div ref={tableRef} className={classes.table}>
          {list.isOutdated && (
            <div className={classes.news}>
              <Button size="compact-xs" onClick={list.refresh}>
                Show what changed
              </Button>
            </div>
          )}
          {list.error && list.rows.length === 0 ? (
            <ErrorState error={list.error} retry={list.refresh} />
          ) : isEmpty ? (
            isFiltered ? (
              <NothingLeft noun={props.noun[1]} scope={scope} />
            ) : scope ? (
              <NothingThere noun={props.noun[1]} scope={scope} />
            ) : (
              props.empty
            )
          ) : (
            <DataTable<Row>
              label={props.title}
              list={list}
              columns={props.columns}
              rowId={rowId}
              sort={sortOf(address, sort)}
              selected={selected}
              onSelect={props.panel && ((row) => select(rowId(row) === selected ? undefined : row))}
              onOpen={href && open}
              active={active}
              setActive={setActive}
            />
          )}
        </div>
        {details && selectedRow !== undefined && (
          <SidePanel
            title={details.title}
            href={href?.(selectedRow)}
            close={() => select(undefined)}
            isDrawer={!hasRoom}
          >
            {details.content}
          </SidePanel>
        )}
      </div>
    </>
  );
}

function NothingLeft({ noun, scope }: { readonly noun: string; readonly scope: string | undefined }) {
  return (
    <EmptyState
      title={`No ${noun} ${scope ? `in ${scope} ` : ''}fit these filters`}
      action={scope && <ShowEverything />}
    >
      Take one of them away, or clear them all.
    </EmptyState>
  );
}

const pinnedFilter = ({ name, title }: { name: string; title: string }): Filter => ({
  kind: 'choice',
  name,
  title,
  single: true,
});

const countText = (total: number, [one, many]: readonly [string, string]) =>
  total >= 100_000 ? `more than ${plural(100_000, one, many)}` : plural(total, one, many);

/** Opens the reasons of the row in focus: its score, or whatever it marks with `data-explain`. */
function explain(table: HTMLElement | null, index: number): void {
  const row = table?.querySelector(`[data-index="${Math.max(0, index)}"]`);
  row?.querySelector<HTMLElement>('[data-explain], [data-score]')?.click();
}

/**
 * Newer rows come by themselves while nobody is at them: at the top, no row in focus, no pointer over the table. Else
 * the reader is offered them, so that no row moves away under a click.
 */
function useRefreshWhenQuiet<Row>(
  list: GrowingList<Row>,
  tableRef: React.RefObject<HTMLElement | null>,
  isBusy: boolean,
): void {
  const { isOutdated, refresh } = list;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once, when the list becomes outdated.
  useEffect(() => {
    if (!isOutdated || isBusy) return;
    if (window.scrollY < 120 && !tableRef.current?.matches(':hover')) refresh();
  }, [isOutdated]);
}
