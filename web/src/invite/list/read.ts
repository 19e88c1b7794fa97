import { isAddress } from "./address";
import { readAddresses } from "./addresses";
import { type Columns, columnsByContent, columnsOf, type IsRole } from "./columns";
import { type Fault, plainText, type Row, readRows, SEPARATORS, type Separator } from "./rows";
import { type Table, tablesIn, withAddresses, withHeader } from "./tables";

/** A parsed list, before its rows are converted to people. */
export type List = {
  /**
   * `addresses` come from running text, and need no confirmation of columns. In a `table`, each row
   * is one person.
   */
  kind: "addresses" | "table";
  /** The row that names the columns. */
  header?: Row;
  rows: Row[];
  /** The number of columns. */
  width: number;
  columns: Columns;
  /** Rows that cannot be parsed, whatever the columns are used for. */
  faults: Fault[];
  /** The reason why this list cannot be imported as it is. */
  stop?: { reason: string; line?: number; lastLine?: number };
  /**
   * Whether the first rows of this table have only addresses, so that the list may also be running
   * text.
   */
  hasOnlyAddresses?: boolean;
};

/**
 * Where a text comes from. `typed` text may end with an incomplete address. A `file` is complete,
 * and each row of a table in it is one person.
 */
export type Origin = "typed" | "file";

/** The maximum number of rows. More would keep the browser and the server busy for minutes. */
export const MAX_ROWS = 10_000;

/** The number of rows whose cells are examined to find out what the columns are used for. */
const DECISIVE = 20;

const TOO_LONG = {
  reason: `This list has more than ${MAX_ROWS.toLocaleString("en")} rows. Split it.`,
};

/** Parses a list: a table with any common separator, or addresses in running text. */
export function readList(source: string, origin: Origin, isRole: IsRole): List {
  const { text, named } = withoutSeparatorLine(plainText(source));
  const tables = tablesIn(text, named);
  const table = withHeader(tables);
  if (table) return readTable(text, table, isRole);
  const other = withAddresses(tables);
  const mayGoOn = (word: string) => origin === "typed" && !isRole(word);
  const { mixed, ...lines } = readAddresses(text, mayGoOn, MAX_ROWS);
  const hasOnlyAddresses = other?.rows.every(({ cells }) => cells.every(isAddressOrBlank));
  const isRows = other && isRegular(other) && (origin === "file" || isCopied(other));
  if (isRows && hasOnlyAddresses && hasSeveralOnALine(lines.rows)) {
    return { ...readTable(text, other, isRole), hasOnlyAddresses };
  }
  if (other && mixed && !isNotation(text)) return readTable(text, other, isRole);
  return listOfAddresses(lines);
}

/** Parses a text as running text, in which every address is a person. */
export const readAsAddresses = (source: string): List =>
  listOfAddresses(
    readAddresses(withoutSeparatorLine(plainText(source)).text, () => false, MAX_ROWS),
  );

function listOfAddresses({ rows, faults }: Pick<List, "rows" | "faults">): List {
  const columns: Columns = { uses: ["email", "firstName", "lastName"], certain: true };
  const list: List = { kind: "addresses", rows, faults, width: 3, columns };
  return rows.length + faults.length > MAX_ROWS ? { ...list, rows: [], stop: TOO_LONG } : list;
}

/**
 * Removes a first line such as `sep=;`, with which Excel names the separator. The line break
 * remains, so that line numbers do not change.
 */
function withoutSeparatorLine(text: string): { text: string; named?: Separator } {
  const [line, character] = /^"?sep=(.)"?[ \t]*(?=\n|$)/iu.exec(text) ?? [];
  const named = SEPARATORS.find((each) => each === character);
  return line && named ? { text: text.slice(line.length), named } : { text };
}

const isAddressOrBlank = (cell: string) => !cell.trim() || isAddress(cell);

/** Whether all rows have the same length. In running text, the number of addresses varies. */
const isRegular = ({ rows, width }: Table) => rows.every(({ cells }) => cells.length === width);

/** Whether a line has several addresses. If not, rows and addresses give the same people. */
const hasSeveralOnALine = (rows: readonly Row[]) =>
  new Set(rows.map(({ line }) => line)).size < rows.length;

/** Whether rows were copied from a spreadsheet or a file. People type a space after a comma. */
const isCopied = ({ separator, rows }: Table) =>
  rows.length > 1 &&
  (separator === "\t" || rows.every(({ cells }) => !cells.slice(1).some((c) => /^\s/u.test(c))));

/** Whether a text has addresses in angle brackets, as mail clients write them. */
const isNotation = (text: string) => /<[^<>\s]+@[^<>\s]+>/u.test(text);

function readTable(text: string, table: Table, isRole: IsRole): List {
  const known = Math.max(table.header, 0);
  const { rows, broken, unclosed } = readRows(text, table.separator, MAX_ROWS + known + 2);
  const read = { rows: rows.slice(known), width: table.width, faults: broken };
  const list: Omit<List, "columns"> = { kind: "table", ...read };
  if (list.rows.length > MAX_ROWS + 1) {
    return { ...list, rows: [], columns: NO_COLUMNS, stop: TOO_LONG };
  }
  const stop = unclosed && { stop: unclosed };
  const [first, second] = list.rows;
  const isNamed = table.header >= 0 || (!hasAddress(first) && hasAddress(second));
  const without = withoutHeader({ ...list, ...stop, columns: NO_COLUMNS }, isRole);
  return isNamed ? takeHeader(without, isRole) : without;
}

const NO_COLUMNS: Columns = { uses: [], certain: true };

const hasAddress = (row: Row | undefined) => row?.cells.some(isAddress) ?? false;

/** Returns the list with its first row as the header. */
export function takeHeader(list: List, isRole: IsRole): List {
  const [header, ...rows] = list.rows;
  if (list.header || !header) return list;
  const columns = columnsOf(header.cells, sample(rows), isRole);
  return { ...list, header, rows, width: header.cells.length, columns };
}

/** Returns the list without a header: its first row is a person. */
export function withoutHeader({ header, ...list }: List, isRole: IsRole): List {
  const rows = header ? [header, ...list.rows] : list.rows;
  return { ...list, rows, columns: columnsByContent(sample(rows), list.width, isRole) };
}

const sample = (rows: readonly Row[]) => rows.slice(0, DECISIVE).map(({ cells }) => cells);
