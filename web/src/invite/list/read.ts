import { isAddress } from "./address";
import { readAddresses } from "./addresses";
import { type Columns, columnsByContent, columnsOf, type IsRole } from "./columns";
import { type Fault, plainText, type Row, readRows, SEPARATORS, type Separator } from "./rows";
import { type Table, tablesIn, withAddresses, withHeader } from "./tables";

/** A list as it was read, before anything is concluded from its cells. */
export type List = {
  /** `addresses` in running text have no columns to ask about; in a `table`, a row is one person. */
  kind: "addresses" | "table";
  /** The row that names the columns. */
  header?: Row;
  rows: Row[];
  /** The cells that a row has. */
  width: number;
  columns: Columns;
  /** Lines that cannot be read, whatever the columns mean. */
  faults: Fault[];
  /** Why this list cannot be used as it is. */
  stop?: { reason: string; line?: number; lastLine?: number };
  /** Whether all cells of this table are addresses, so that it may be running text as well. */
  hasOnlyAddresses?: boolean;
};

/** Where a text comes from. A `file` is complete, and a row of it is one person. */
export type Origin = "typed" | "file";

/** The most rows of a list: more would keep browser and server busy for minutes. */
export const MAX_ROWS = 10_000;

/** Rows by which columns without a known header are told apart. */
const DECISIVE = 20;

const TOO_LONG = {
  reason: `This list has more than ${MAX_ROWS.toLocaleString("en")} rows. Split it.`,
};

/** Reads a list: a table in any usual notation, or addresses in running text. */
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

/** The same for a text of which every address is to be a person. */
export const readAsAddresses = (source: string): List =>
  listOfAddresses(
    readAddresses(withoutSeparatorLine(plainText(source)).text, () => false, MAX_ROWS),
  );

function listOfAddresses({ rows, faults }: Pick<List, "rows" | "faults">): List {
  const columns: Columns = { uses: ["email", "firstName", "lastName"], certain: true };
  const list: List = { kind: "addresses", rows, faults, width: 3, columns };
  return rows.length + faults.length > MAX_ROWS ? { ...list, rows: [], stop: TOO_LONG } : list;
}

/** Takes off what Excel writes and reads before a table, to tell its separator; the line stays. */
function withoutSeparatorLine(text: string): { text: string; named?: Separator } {
  const [line, character] = /^"?sep=(.)"?[ \t]*(?=\n|$)/iu.exec(text) ?? [];
  const named = SEPARATORS.find((each) => each === character);
  return line && named ? { text: text.slice(line.length), named } : { text };
}

const isAddressOrBlank = (cell: string) => !cell.trim() || isAddress(cell);

/** Whether a table has rows of the same length, rather than lines with some addresses each. */
const isRegular = ({ rows, width }: Table) => rows.every(({ cells }) => cells.length === width);

/** Whether it makes a difference if rows or addresses are people. */
const hasSeveralOnALine = (rows: readonly Row[]) =>
  new Set(rows.map(({ line }) => line)).size < rows.length;

/** Whether rows were copied from a spreadsheet or a file: people write a blank after a comma. */
const isCopied = ({ separator, rows }: Table) =>
  rows.length > 1 &&
  (separator === "\t" || rows.every(({ cells }) => !cells.slice(1).some((c) => /^\s/u.test(c))));

/** Whether a text has addresses in angle brackets, as mail programs write them. */
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

/** The list whose first row names the columns. */
export function takeHeader(list: List, isRole: IsRole): List {
  const [header, ...rows] = list.rows;
  if (list.header || !header) return list;
  const columns = columnsOf(header.cells, sample(rows), isRole);
  return { ...list, header, rows, width: header.cells.length, columns };
}

/** The list whose first row is a person. */
export function withoutHeader({ header, ...list }: List, isRole: IsRole): List {
  const rows = header ? [header, ...list.rows] : list.rows;
  return { ...list, rows, columns: columnsByContent(sample(rows), list.width, isRole) };
}

const sample = (rows: readonly Row[]) => rows.slice(0, DECISIVE).map(({ cells }) => cells);
