import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import classes from './DataTable.module.css';
import type { Column, TableSort } from './DataTable.tsx';

interface TableHeadProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly sort: TableSort | undefined;
  readonly isHidden: boolean;
}

export function TableHead<Row>({ columns, sort, isHidden }: TableHeadProps<Row>) {
  if (isHidden) return null;
  return (
    <div role="rowgroup" className={classes.head}>
      <div role="row" aria-rowindex={1} className={classes.headRow}>
        {columns.map((column) => {
          const isSorted = sort !== undefined && column.sort !== undefined && sort.column === column.sort;
          const order = isSorted ? (sort.direction === 'asc' ? 'ascending' : 'descending') : undefined;
          return (
            <div
              key={column.id}
              role="columnheader"
              className={classes.headCell}
              data-align={column.align}
              aria-sort={order}
            >
              {column.sort && sort ? (
                <button type="button" className={classes.sort} onClick={() => column.sort && sort.change(column.sort)}>
                  {column.title}
                  {order === 'ascending' && <IconArrowUp size={13} stroke={2} aria-hidden />}
                  {order === 'descending' && <IconArrowDown size={13} stroke={2} aria-hidden />}
                </button>
              ) : (
                column.title
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}
