import { readFileSync } from "node:fs";
import { decode } from "./decode";
import { type People, peopleIn } from "./people";
import { type List, type Origin, readList } from "./read";
import { roleReader } from "./role-names";
import { writeList } from "./write";

export const ROLES = [
  { role: "WORKSPACE_ADMIN", name: "Workspace Admin" },
  { role: "GATEWAY_OPERATOR", name: "Gateway Operator" },
  { role: "SECURITY_AUDITOR", name: "Security Auditor" },
] as const;

export const listOf = (text: string, origin: Origin = "typed"): List =>
  readList(text, origin, (name) => roleReader(ROLES).roleIn(name) !== undefined);

/** Reads the people in a text, with the suggested uses of the columns. */
export function read(text: string, origin: Origin = "typed"): People {
  const list = listOf(text, origin);
  return peopleIn(list, list.columns.uses, ROLES);
}

export const emails = (text: string) => read(text).people.map(({ email }) => email);

/** Formats each person as one line, for comparisons. */
export const summaries = ({ people }: People) =>
  people.map(({ email, firstName, lastName, role = "-" }) =>
    [email, firstName, lastName, role].join("|"),
  );

export const faultsOf = ({ faults }: People) =>
  faults.map(({ line, reason }) => `${line}: ${reason}`);

/** Returns the bytes of a file in `tests/lists`. */
export const bytesOf = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../../tests/lists/${name}`, import.meta.url)));

/** Reads the list in a file in `tests/lists`, which must be UTF-8 or UTF-16. */
export function fileList(name: string): List {
  const decoded = decode(bytesOf(name));
  if (!("text" in decoded)) throw new Error(`${name} is in another encoding`);
  return listOf(decoded.text, "file");
}

/**
 * Returns the people and faults of a list without line numbers. Rows with invalid quotes are
 * written with valid ones, so that reading them again gives another reason for the fault.
 * Therefore, faults whose cells are in `broken` have no reason here.
 */
export function content(list: List, broken = list.faults.map(({ cells }) => cells.join())) {
  const { people, faults } = peopleIn(list, list.columns.uses, ROLES);
  return {
    people: people.map(({ row, ...person }) => ({ ...person, cells: row.cells })),
    faults: faults.map(({ cells, reason }) =>
      broken.includes(cells.join()) ? [cells] : [cells, reason.replace(/\d+/gu, "N")],
    ),
  };
}

/** Returns the content of a list after it has been written and read again. */
export const contentAgain = (list: List) =>
  content(
    again(list),
    list.faults.map(({ cells }) => cells.join()),
  );

/** Writes the whole list and reads it again. */
export function again(list: List): List {
  const { people, faults, repeated } = peopleIn(list, list.columns.uses, ROLES);
  const rows = [...people.map(({ row }) => row), ...repeated, ...faults];
  return listOf(
    writeList(
      list,
      list.columns.uses,
      rows.sort((a, b) => a.line - b.line),
    ),
  );
}
