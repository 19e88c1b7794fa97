import { isAddress } from "./address";
import { isHeader } from "./columns";
import { kindOf } from "./header-names";
import { type Row, readRows, SEPARATORS, type Separator } from "./rows";

/** Rows that decide what a list is. */
const DECISIVE = 20;
/** Rows before the header, in which some tools write a title or a version. */
const PREAMBLE = 10;
/** Characters that have all of these rows in any list made by a person or a common tool. */
const START = 100_000;

/** A way to read a text as a table. */
export type Table = {
  separator: Separator;
  /** The first rows. */
  rows: Row[];
  /** Where the header is among them; -1 if no row is known to be one. */
  header: number;
  /** The cells of the header, or of most rows. */
  width: number;
};

/** The ways to read a text, by separator. `named` is what a line such as `sep=;` says. */
export function tablesIn(text: string, named: Separator | undefined): Table[] {
  const start = text.slice(0, START);
  return (named ? [named] : SEPARATORS).map((separator) => {
    const read = readRows(start, separator, DECISIVE + PREAMBLE);
    const rows = read.unclosed ? [...read.rows, read.unclosed] : read.rows;
    const header = headerAmong(rows);
    const width = header < 0 ? usualWidth(rows) : (rows[header]?.cells.length ?? 0);
    return { separator, rows, header, width };
  });
}

function headerAmong(rows: readonly Row[]): number {
  const first = rows.findIndex(({ cells }) => cells.some(isAddress));
  const before = rows.slice(0, first < 0 ? PREAMBLE : Math.min(first, PREAMBLE));
  return before.findIndex(({ cells }) => isHeader(cells) && !isUnseparated(cells));
}

/** Whether a row is a single cell only because it has other separators. */
const isUnseparated = ([cell = "", ...others]: readonly string[]) =>
  others.length === 0 && SEPARATORS.some((separator) => cell.includes(separator));

function usualWidth(rows: readonly Row[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  const [[width] = [0]] = [...counts].sort(([, a], [, b]) => b - a);
  return width;
}

/** The table whose header has the most known columns. */
export const withHeader = (tables: readonly Table[]): Table | undefined =>
  best(tables, ({ header, rows, width }) => {
    const names = rows[header]?.cells ?? [];
    const known = names.filter((name) => kindOf(name)).length;
    return known && known + width / 1000;
  });

/** The table without a known header that has the most rows with an address in a cell of its own. */
export const withAddresses = (tables: readonly Table[]): Table | undefined =>
  best(tables, ({ width, rows }) =>
    width < 2 ? 0 : rows.filter(({ cells }) => cells.some(isAddress)).length,
  );

function best(tables: readonly Table[], score: (table: Table) => number): Table | undefined {
  const [first] = tables
    .map((table) => ({ table, score: score(table) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  return first?.table;
}
