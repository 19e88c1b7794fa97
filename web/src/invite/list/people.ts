import type { Person } from "../invitee";
import { isAddress, keyOf } from "./address";
import { addressIn } from "./addresses";
import type { Use } from "./columns";
import { compact } from "./header-names";
import { splitName } from "./name";
import type { List } from "./read";
import { type RoleNames, type RoleReader, roleReader } from "./role-names";
import type { Fault, Row } from "./rows";

/** A person in a list, with the row that describes them. */
export type Listed = Person & { row: Row };

/** The people in a list, and the rows that are not imported. */
export type People = {
  people: Listed[];
  /** Skipped rows, in the order of the list. */
  faults: Fault[];
  /** Duplicates: rows that add nothing to another row for the same person. */
  repeated: Row[];
};

/** Converts the rows of a list to people, given what its columns are used for. */
export function peopleIn(list: List, uses: readonly Use[], names: RoleNames): People {
  const roles = roleReader(names);
  const people: Listed[] = [];
  const faults = [...list.faults];
  for (const row of list.rows) {
    const found = personIn(row, uses, list.width, roles);
    if (typeof found === "string") faults.push({ ...row, reason: found });
    else people.push({ ...found, row });
  }
  const { same, repeated, contrary } = compare(people, roles);
  faults.push(...contrary);
  return { people: same, repeated, faults: faults.sort((a, b) => a.line - b.line) };
}

/** Returns the person in a row, or the reason why the row is skipped. */
function personIn(
  row: Row,
  uses: readonly Use[],
  width: number,
  roles: RoleReader,
): Person | string {
  const { cells } = row;
  const fault = rowFault(row, uses, width);
  if (fault) return fault;
  const at = (use: Use) => text(cells[uses.indexOf(use)] ?? "");
  const email = at("email");
  if (!email) return "No email address.";
  const found = addressIn(email);
  if (!found) return `“${email}” is not a single email address.`;
  const ended = endedAs(at("status"), at("blocked"));
  if (ended) return `Marked as ${ended} in this list.`;
  const named = at("role");
  const role = named ? roles.roleIn(named) : undefined;
  if (named && !role) return `Unknown role “${named}”.`;
  const names = namesIn(at, found.name);
  const odd = names.find((name) => isAddress(name) || roles.isFullName(name));
  if (odd) return `“${odd}” is in a name column.`;
  const [firstName, lastName] = names;
  return { email: found.email, firstName, lastName, ...(role && { role }) };
}

/** Collapses the whitespace in a cell. Excel allows line breaks in cells. */
const text = (cell: string) => cell.replace(/\s+/gu, " ").trim();

/** The statuses of inactive accounts in exports, normalized by `compact`. */
const ENDED = new Set(
  `archived blocked bot deactivated deleted deprovisioned disabled inactive suspended terminated false
  gesperrt inaktiv deaktiviert suspendu desactive inactif suspendido desactivado inactivo sospeso
  disattivato inattivo zawieszony nieaktywny zablokowany suspenso desativado inativo`.split(/\s+/u),
);
const YES = new Set("1 true yes ja oui si sim tak".split(" "));

/** Returns how the list marks an account as inactive, or `undefined` if it does not. */
function endedAs(status: string, blocked: string): string | undefined {
  if (ENDED.has(compact(status))) return `“${status}”`;
  return YES.has(compact(blocked)) ? "blocked" : undefined;
}

function namesIn(at: (use: Use) => string, beside: string): [string, string] {
  if (at("firstName") || at("lastName")) return [at("firstName"), at("lastName")];
  return splitName(at("name") || beside);
}

/** Returns what is wrong with a row as a whole, or `undefined` if nothing is. */
function rowFault({ cells, line, lastLine }: Row, uses: readonly Use[], width: number) {
  if (cells.slice(width).some((cell) => cell.trim())) {
    return `This row has ${cells.length} cells, but there are ${width} columns.`;
  }
  // A row with only an address is complete. Any other row that is too short may have lost cells.
  const last = uses.findLastIndex((use) => use !== "none");
  if (cells.length > 1 && cells.length <= last) {
    return `This row has only ${cells.length} cells, but there are ${width} columns.`;
  }
  if (lastLine > line && cells.some((cell) => cell.includes("\n") && hasAddress(cell))) {
    return `A quote (") may be missing: lines ${line} to ${lastLine} are one row.`;
  }
  if (uses.some((use, column) => use !== "none" && cells[column]?.includes("\uFFFD"))) {
    return "Letters were lost (�) when this list was saved. Save it as UTF-8.";
  }
  return undefined;
}

const hasAddress = (cell: string) => cell.split(/[\s,;|]+/u).some(isAddress);

/** Finds people who are listed more than once, and separates duplicates from contradictions. */
function compare(people: readonly Listed[], roles: RoleReader) {
  const groups = new Map<string, Listed[]>();
  for (const person of people) {
    const key = keyOf(person.email);
    groups.set(key, [...(groups.get(key) ?? []), person]);
  }
  const same: Listed[] = [];
  const repeated: Row[] = [];
  const contrary: Fault[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    if (!first) continue;
    const difference = differenceIn(group);
    if (difference) {
      contrary.push(...group.map((each) => contradiction(each, group, difference, roles)));
      continue;
    }
    const fullest = group.find((each) => fullName(each)) ?? first;
    same.push(fullest);
    repeated.push(...group.filter((each) => each !== fullest).map(({ row }) => row));
  }
  return { same, repeated, contrary };
}

const fullName = ({ firstName, lastName }: Person) => `${firstName} ${lastName}`.trim();

function differenceIn(group: readonly Person[]): "role" | "name" | undefined {
  if (new Set(group.map(({ role }) => role)).size > 1) return "role";
  const names = group.map(fullName).filter(Boolean);
  return new Set(names.map((name) => name.toLowerCase())).size > 1 ? "name" : undefined;
}

function contradiction(
  person: Listed,
  group: readonly Listed[],
  difference: "role" | "name",
  roles: RoleReader,
): Fault {
  const as = (each: Person) => {
    if (difference === "name") return fullName(each) ? `“${fullName(each)}”` : "without a name";
    const role = roles.nameOf(each.role);
    return role ? `as ${role}` : "without a role";
  };
  const others = group.filter((each) => each !== person).slice(0, 3);
  const conflicts = others.map((each) => `${as(each)} on line ${each.row.line}`).join(", ");
  return { ...person.row, reason: `Listed twice: ${as(person)} here, ${conflicts}. Keep one.` };
}
