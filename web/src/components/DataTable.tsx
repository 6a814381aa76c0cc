import { Skeleton } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { memo, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { GrowingList } from '../api/page.ts';
import { rowHeights, useDensity } from '../preferences.ts';
import classes from './DataTable.module.css';
import { TableHead } from './TableHead.tsx';

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** A track of CSS grid: `minmax(200px, 3fr)`, `90px`. */
  readonly width: string;
  readonly align?: 'end';
  /** The API's name for this order. */
  readonly sort?: string;
  /** 1 is always there, 2 goes in a narrow table, 3 in a middling one. */
  readonly priority?: 1 | 2 | 3;
  /** In the card of a small screen; `title` leads it. Said with its column's title unless `bare`. */
  readonly card?: 'title' | 'bare' | 'labelled' | 'hidden';
}

export interface TableSort {
  readonly column: string | undefined;
  readonly direction: 'asc' | 'desc';
  readonly change: (column: string) => void;
}

interface DataTableProps<Row> {
  /** What it lists, for screen readers. */
  readonly label: string;
  readonly list: GrowingList<Row>;
  readonly columns: readonly Column<Row>[];
  readonly rowId: (row: Row) => string;
  readonly sort?: TableSort;
  /** The row whose panel is open. */
  readonly selected?: string | undefined;
  readonly onSelect?: ((row: Row) => void) | undefined;
  readonly onOpen?: ((row: Row) => void) | undefined;
  /** Where the keyboard stands. */
  readonly active: number;
  readonly setActive: (index: number) => void;
}

const cardsBelowPx = 680;
const prioritiesByWidth = [
  { belowPx: 860, priority: 1 },
  { belowPx: 1080, priority: 2 },
] as const;

/**
 * Rows by columns: virtual, so that 50,000 cost as much as 50; fetched on as one scrolls; cards on a small screen. It
 * scrolls with the page. Rows take the keyboard's focus one at a time.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { list, columns, rowId, active, setActive } = props;
  const { ref: sizeRef, width } = useElementSize<HTMLDivElement>();
  const [density] = useDensity();
  const isCards = width > 0 && width < cardsBelowPx;
  const shown = useMemo(() => visibleColumns(columns, width), [columns, width]);
  const { rows } = list;

  const bodyRef = useRef<HTMLDivElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  // After each render, since whatever stands above may have grown.
  useLayoutEffect(() => {
    const top = bodyRef.current?.getBoundingClientRect().top;
    if (top !== undefined) setScrollMargin(Math.round(top + window.scrollY));
  });

  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (isCards ? 92 : rowHeights[density]),
    overscan: 12,
    scrollMargin,
    scrollPaddingStart: 100,
    scrollPaddingEnd: 60,
    getItemKey: (index) => (rows[index] === undefined ? index : rowId(rows[index])),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when rows change their height.
  useEffect(() => virtualizer.measure(), [virtualizer, density, isCards]);
  const isCardsNow = useRef(isCards);
  useEffect(() => {
    // A panel that opens may turn rows into cards of another height: what was in hand stays in view.
    if (isCardsNow.current !== isCards && active >= 0) virtualizer.scrollToIndex(active, { align: 'center' });
    isCardsNow.current = isCards;
  }, [isCards, active, virtualizer]);
  useFocusOnActive(active, virtualizer.scrollToIndex, bodyRef);

  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (list.hasMore && !list.isLoadingMore && last >= rows.length - 60) list.loadMore();
  }, [last, rows.length, list]);

  const template = shown.map((column) => column.width).join(' ');
  const Cells = isCards ? MemoCardCells : MemoTableCells;
  return (
    <div ref={sizeRef} className={classes.size}>
      <div
        role="grid"
        aria-label={props.label}
        aria-rowcount={list.total === undefined ? -1 : list.total + 1}
        aria-colcount={isCards ? undefined : shown.length}
        aria-busy={list.isLoading || list.isChanging}
        className={classes.table}
        data-changing={list.isChanging || undefined}
        data-cards={isCards || undefined}
        style={{ '--columns': template } as React.CSSProperties}
      >
        <TableHead columns={shown} sort={props.sort} isHidden={isCards} />
        <div ref={bodyRef} role="rowgroup" className={classes.body} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={item.key}
                ref={isCards ? virtualizer.measureElement : undefined}
                role="row"
                data-index={item.index}
                aria-rowindex={item.index + 2}
                aria-selected={props.onSelect ? props.selected === rowId(row) : undefined}
                tabIndex={item.index === Math.max(0, active) ? 0 : -1}
                className={classes.row}
                style={{ transform: `translateY(${item.start - scrollMargin}px)` }}
                onClick={(event) => {
                  if (isOnControl(event.target) || window.getSelection()?.type === 'Range') return;
                  setActive(item.index);
                  props.onSelect?.(row);
                }}
                onFocus={(event) => event.target === event.currentTarget && setActive(item.index)}
                onKeyDown={(event) => {
                  if (event.target !== event.currentTarget) return;
                  if (event.key === 'Enter') props.onOpen?.(row);
                  else if (event.key === ' ') props.onSelect?.(row);
                  else if (event.key === 'ArrowDown') setActive(Math.min(rows.length - 1, item.index + 1));
                  else if (event.key === 'ArrowUp') setActive(Math.max(0, item.index - 1));
                  else return;
                  event.preventDefault();
                }}
              >
                <Cells row={row} columns={isCards ? columns : shown} />
              </div>
            );
          })}
        </div>
      </div>
      {list.isLoading && <SkeletonRows />}
      {list.isLoadingMore && (
        <div className={classes.more} role="status">
          Loading more…
        </div>
      )}
    </div>
  );
}

interface CellsProps<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
}

function TableCells<Row>({ row, columns }: CellsProps<Row>) {
  return columns.map((column) => (
    <div key={column.id} role="gridcell" className={classes.cell} data-align={column.align}>
      {column.cell(row)}
    </div>
  ));
}

function CardCells<Row>({ row, columns }: CellsProps<Row>) {
  return columns
    .filter((column) => column.card !== 'hidden')
    .map((column) => (
      <div key={column.id} role="gridcell" className={classes.cardCell} data-card={column.card ?? 'labelled'}>
        {(column.card ?? 'labelled') === 'labelled' && <span className={classes.cardLabel}>{column.title}</span>}
        {column.cell(row)}
      </div>
    ));
}

// Scrolling and moving along the rows draw no cell anew.
const MemoTableCells = memo(TableCells) as <Row>(props: CellsProps<Row>) => ReactNode;
const MemoCardCells = memo(CardCells) as typeof MemoTableCells;

function SkeletonRows() {
  return Array.from({ length: 14 }, (_, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no names.
    <div key={index} className={classes.skeleton} aria-hidden>
      <Skeleton height={12} width={`${40 + ((index * 23) % 35)}%`} />
      <Skeleton height={12} width="18%" />
      <Skeleton height={12} width="10%" />
    </div>
  ));
}

function visibleColumns<Row>(columns: readonly Column<Row>[], width: number): readonly Column<Row>[] {
  const limit = prioritiesByWidth.find(({ belowPx }) => width > 0 && width < belowPx)?.priority ?? 3;
  return columns.filter((column) => (column.priority ?? 1) <= limit);
}

/** Brings the row that the keyboard moved to into view, and the focus with it. */
function useFocusOnActive(
  active: number,
  scrollToIndex: (index: number) => void,
  bodyRef: React.RefObject<HTMLDivElement | null>,
) {
  useEffect(() => {
    if (active < 0) return;
    const focus = () => {
      const row = bodyRef.current?.querySelector<HTMLElement>(`[data-index="${active}"]`);
      if (row && !row.contains(document.activeElement)) row.focus({ preventScroll: true });
      return row !== null;
    };
    scrollToIndex(active);
    if (!focus()) requestAnimationFrame(focus);
  }, [active, scrollToIndex, bodyRef]);
}

const isOnControl = (target: EventTarget) =>
  target instanceof Element && target.closest('a, button, input, select, textarea, [role="menu"]') !== null;
