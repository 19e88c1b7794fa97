import type { Use } from "./columns";
import { kindOf } from "./header-names";
import type { List } from "./read";
import { type Row, writeRows } from "./rows";

/** Headers that are known whatever else a list has. */
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
 * Some rows of a list as a table to be corrected by hand, with cells as they were, and headers that
 * need no question when it is read again.
 */
export function writeList(list: List, uses: readonly Use[], rows: readonly Row[]): string {
  const header = uses.map((use, column) => {
    const name = list.header?.cells[column] ?? "";
    return use === "none" && kindOf(name) === "other" ? name : HEADERS[use];
  });
  return writeRows([header, ...rows.map(({ cells }) => cells)]);
}

const COLUMNS = ["email", "firstName", "lastName", "role"] as const;

/** An empty list to be filled in, with a byte order mark: Excel takes it for UTF-8 then. */
export const TEMPLATE = `\uFEFF${COLUMNS.map((use) => HEADERS[use]).join(",")}\r\n`;
