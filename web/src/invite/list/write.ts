import type { Use } from "./columns";
import { kindOf } from "./header-names";
import type { List } from "./read";
import { type Row, writeRows } from "./rows";

/** Headers that are recognized regardless of the other columns. */
const HEADERS: Record<Use, string> = {
  email: "email",
  firstName: "first name",
  lastName: "last name",
  name: "full name",
  role: "role",
  status: "status",
  blocked: "blocked",
  none: "not imported",
};

/**
 * Writes rows of a list as a table that the user can correct by hand. The cells are unchanged, and
 * the headers need no confirmation when the table is read again.
 */
export function writeList(list: List, uses: readonly Use[], rows: readonly Row[]): string {
  const header = uses.map((use, column) => {
    const name = list.header?.cells[column] ?? "";
    return use === "none" && kindOf(name) === "other" ? name : HEADERS[use];
  });
  return writeRows([header, ...rows.map(({ cells }) => cells)]);
}

const COLUMNS = ["email", "firstName", "lastName", "role"] as const;

/** A list to fill in. The byte order mark makes Excel read it as UTF-8. */
export const TEMPLATE = `\uFEFF${COLUMNS.map((use) => HEADERS[use]).join(",")}\r\n`;
