import { isAddress } from "./address";
import { type Kind, kindOf } from "./header-names";

/** The possible uses of a column; `none` means that it is not imported. */
export const USES = [
  "email",
  "firstName",
  "lastName",
  "name",
  "role",
  "status",
  "blocked",
  "none",
] as const;
export type Use = (typeof USES)[number];

/** The use of each column, and whether all uses are certain rather than guessed. */
export type Columns = { uses: Use[]; certain: boolean };

/** Whether a text is the name of a role. */
export type IsRole = (text: string) => boolean;

type Cells = readonly (readonly string[])[];

/** Whether a row is a header: it has no address, but the name of an email or login column. */
export const isHeader = (cells: readonly string[]) =>
  !cells.some(isAddress) && cells.some((cell) => ["email", "login"].includes(kindOf(cell) ?? ""));

/** Determines uses from the header, or guesses them from `rows`, the first rows below it. */
export function columnsOf(header: readonly string[], rows: Cells, isRole: IsRole): Columns {
  const kinds = header.map((name, column) =>
    name.trim() || rows.some((cells) => cells[column]?.trim()) ? kindOf(name) : "other",
  );
  const emails = emailsAmong(kinds, rows);
  const named = namesAmong(kinds);
  const uses = kinds.map((kind, column): Use => {
    if (emails.includes(column)) return "email";
    if (kind === "role" || kind === "status" || kind === "blocked") return kind;
    return (kind && named[kind]) ?? "none";
  });
  const repeated = uses.some((use, column) => use !== "none" && uses.indexOf(use) !== column);
  if (emails.length === 1 && !repeated && !kinds.includes(undefined)) {
    return { uses, certain: true };
  }
  const free = kinds.map((kind) => kind === undefined);
  return { uses: supposed(once(uses), free, rows, isRole, false), certain: false };
}

/** Guesses uses from the cells of a list without a header. The user has to confirm them. */
export function columnsByContent(rows: Cells, width: number, isRole: IsRole): Columns {
  const none = Array.from({ length: width }, (): Use => "none");
  return {
    uses: supposed(
      none,
      none.map(() => true),
      rows,
      isRole,
      true,
    ),
    certain: false,
  };
}

/** Returns the email columns; if there are none, the login columns with only addresses. */
function emailsAmong(kinds: readonly (Kind | undefined)[], rows: Cells): number[] {
  const of = (wanted: Kind) => kinds.flatMap((kind, column) => (kind === wanted ? [column] : []));
  const emails = of("email");
  if (emails.length > 0) return emails;
  return of("login").filter((column) => valuesOf(rows, column).every(isAddress));
}

/** Maps each kind of name column to its use, which depends on the other columns. */
function namesAmong(kinds: readonly (Kind | undefined)[]): Partial<Record<Kind, Use>> {
  const has = (kind: Kind) => kinds.includes(kind);
  const first = has("firstName");
  const last = has("lastName");
  const any = { firstName: "firstName", lastName: "lastName" } as const;
  if (first && last) return any;
  if (has("anyName")) {
    if (first) return { ...any, anyName: "lastName" };
    if (last) return { ...any, anyName: "firstName" };
    return has("fullName") ? { fullName: "name" } : { anyName: "name" };
  }
  if (has("fullName")) return { fullName: "name" };
  if (has("displayName")) return { displayName: "name" };
  return any;
}

/** Keeps only the first column of each use. */
const once = (uses: readonly Use[]): Use[] =>
  uses.map((use, column) => (uses.indexOf(use) === column ? use : "none"));

/**
 * Guesses uses for the `free` columns from their cells. A column becomes the email or the role only
 * if no other one fits; with `withNames`, up to two other columns become the name.
 */
function supposed(
  uses: readonly Use[],
  free: readonly boolean[],
  rows: Cells,
  isRole: IsRole,
  withNames: boolean,
): Use[] {
  const result = [...uses];
  const open = () =>
    result.flatMap((use, column) => (free[column] && use === "none" ? [column] : []));
  const only = (use: Use, test: (text: string) => boolean) => {
    if (result.includes(use)) return;
    const fitting = open().filter((column) => {
      const values = valuesOf(rows, column);
      return values.length > 0 && values.every(test);
    });
    const [column] = fitting;
    if (fitting.length === 1 && column !== undefined) result[column] = use;
  };
  only("email", isAddress);
  only("role", isRole);
  if (!withNames) return result;
  const names = open().filter((column) => valuesOf(rows, column).some((text) => !isAddress(text)));
  const fields: Use[] = names.length === 2 ? ["firstName", "lastName"] : ["name"];
  if (names.length <= 2) {
    names.forEach((column, index) => {
      result[column] = fields[index] ?? "none";
    });
  }
  return result;
}

const valuesOf = (rows: Cells, column: number) =>
  rows.map((cells) => cells[column]?.trim() ?? "").filter(Boolean);
