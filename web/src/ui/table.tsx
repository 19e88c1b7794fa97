import {
  createColumnHelper,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { cx } from "./cx";
import { Skeleton } from "./elements";
import styles from "./table.module.css";

const features = tableFeatures({ rowSortingFeature });

export type Column<T> = {
  id: string;
  header: string;
  cell: (row: T) => ReactNode;
  sortable?: boolean;
  /**
   * On narrow screens, where each row is a card: `title` is the heading of the card, `wide` is
   * hidden.
   */
  narrow?: "title" | "wide";
  /** For buttons at the end of the row. Only screen readers see the header. */
  end?: boolean;
  nowrap?: boolean;
};

export type Sorting = { id: string; desc: boolean };

type Props<T> = {
  /** The name of the table for screen readers. */
  label: string;
  columns: readonly Column<T>[];
  /** `undefined` while the first rows load. */
  rows: readonly T[] | undefined;
  rowId: (row: T) => string;
  /** The order in which the server has sorted the rows. `onSort` requests another one. */
  sorting?: Sorting;
  onSort?: (sorting: Sorting) => void;
  /** Whether `rows` are about to be replaced by others, which are loading. */
  stale?: boolean;
};

const NONE: never[] = [];

/** A table that the server sorts and paginates. On narrow screens, each row is a card. */
export function DataTable<T extends object>(props: Props<T>) {
  const { label, columns, rows, rowId, sorting, onSort, stale } = props;
  const defined = useMemo(() => {
    const helper = createColumnHelper<typeof features, T>();
    return helper.columns(
      columns.map((column) =>
        helper.accessor((row) => row, {
          id: column.id,
          header: column.header,
          cell: ({ row }) => column.cell(row.original),
          enableSorting: column.sortable === true,
          sortDescFirst: false,
        }),
      ),
    );
  }, [columns]);
  const state: SortingState = sorting ? [sorting] : [];
  const table = useTable({
    features,
    columns: defined,
    data: (rows ?? NONE) as T[],
    getRowId: rowId,
    manualSorting: true,
    enableSortingRemoval: false,
    state: { sorting: state },
    onSortingChange: (update) => {
      const [next] = typeof update === "function" ? update(state) : update;
      if (next) onSort?.(next);
    },
  });
  const look = (id: string) => columns.find((column) => column.id === id);
  return (
    <div className={cx(styles.wrap, stale && rows && styles.dimmed)} aria-busy={stale || !rows}>
      {/* The roles are explicit: with another `display`, browsers drop the implicit ones. */}
      <table className={styles.table} aria-label={label} role="table">
        <thead role="rowgroup">
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} role="row">
              {group.headers.map(({ column }) => (
                <Head
                  key={column.id}
                  column={look(column.id)}
                  sorted={column.getIsSorted()}
                  onToggle={column.getCanSort() ? column.getToggleSortingHandler() : undefined}
                />
              ))}
            </tr>
          ))}
        </thead>
        <tbody role="rowgroup">
          {!rows && <SkeletonRows columns={columns} />}
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id} role="row">
              {row.getAllCells().map((cell) => (
                <Cell key={cell.id} column={look(cell.column.id)}>
                  <table.FlexRender cell={cell} />
                </Cell>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Any = Pick<Column<never>, "header" | "narrow" | "end" | "nowrap"> | undefined;

function Head({
  column,
  sorted,
  onToggle,
}: {
  column: Any;
  sorted: false | "asc" | "desc";
  onToggle: ((event: unknown) => void) | undefined;
}) {
  if (!column) return null;
  const order = sorted && (sorted === "asc" ? "ascending" : "descending");
  const Arrow = sorted === "desc" ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      role="columnheader"
      className={column.narrow === "wide" ? styles.wideOnly : ""}
      aria-sort={onToggle ? order || "none" : undefined}
    >
      {onToggle && (
        <button type="button" className={styles.sort} onClick={onToggle}>
          {column.header}
          <Arrow aria-hidden="true" className={sorted ? "" : styles.idle} />
        </button>
      )}
      {!onToggle && <span className={column.end ? "visually-hidden" : ""}>{column.header}</span>}
    </th>
  );
}

function Cell({ column, children }: { column: Any; children: ReactNode }) {
  if (!column) return null;
  const { narrow, end, nowrap, header } = column;
  const look = cx(end && styles.end, nowrap && styles.nowrap, narrow === "wide" && styles.wideOnly);
  return (
    <td role="cell" className={look}>
      {!narrow && !end && (
        <span aria-hidden="true" className={styles.label}>
          {header}
        </span>
      )}
      {children}
    </td>
  );
}

const ROWS = [0, 1, 2, 3, 4, 5, 6, 7];

function SkeletonRows<T>({ columns }: { columns: readonly Column<T>[] }) {
  return ROWS.map((row) => (
    <tr key={row}>
      {columns.map((column) => (
        <Cell key={column.id} column={column}>
          {!column.end && <Skeleton width={`${45 + ((row * 37 + column.id.length * 13) % 45)}%`} />}
        </Cell>
      ))}
    </tr>
  ));
}
