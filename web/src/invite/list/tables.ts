import { isAddress } from "./address";
import { isHeader } from "./columns";
import { kindOf } from "./header-names";
import { type Row, readRows, SEPARATORS, type Separator } from "./rows";

/** The number of rows that decide how a list is read. */
const DECISIVE = 20;
/** The maximum number of rows before the header. Some tools write a title or a version there. */
const PREAMBLE = 10;
/** The number of characters to parse. It is enough for these rows in lists from common tools. */
const START = 100_000;

/** The start of a text, parsed as a table with one separator. */
export type Table = {
  separator: Separator;
  /** The first rows. */
  rows: Row[];
  /** The index of the header in `rows`, or -1 if no row is recognized as a header. */
  header: number;
  /** The number of cells in the header or, without a header, in most rows. */
  width: number;
};

/** Parses a text with each separator, or only with `named`, which a line such as `sep=;` names. */
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

/** Whether a row is a single cell only because it uses another separator. */
const isUnseparated = ([cell = "", ...others]: readonly string[]) =>
  others.length === 0 && SEPARATORS.some((separator) => cell.includes(separator));

function usualWidth(rows: readonly Row[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  const [[width] = [0]] = [...counts].sort(([, a], [, b]) => b - a);
  return width;
}

/** Returns the table whose header has the most known columns. The number of columns breaks ties. */
export const withHeader = (tables: readonly Table[]): Table | undefined =>
  best(tables, ({ header, rows, width }) => {
    const names = rows[header]?.cells ?? [];
    const known = names.filter((name) => kindOf(name)).length;
    return known && known + width / 1000;
  });

/**
 * Returns the table with the most rows in which an address has its own cell. Used for texts without
 * a known header.
 */
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
