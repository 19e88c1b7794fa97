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

/** The people of a text, with the columns as they are supposed. */
export function read(text: string, origin: Origin = "typed"): People {
  const list = listOf(text, origin);
  return peopleIn(list, list.columns.uses, ROLES);
}

export const emails = (text: string) => read(text).people.map(({ email }) => email);

/** Each person in one line, for comparisons. */
export const summaries = ({ people }: People) =>
  people.map(({ email, firstName, lastName, role = "-" }) =>
    [email, firstName, lastName, role].join("|"),
  );

export const faultsOf = ({ faults }: People) =>
  faults.map(({ line, reason }) => `${line}: ${reason}`);

/** The bytes of a file of `tests/lists`. */
export const bytesOf = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../../tests/lists/${name}`, import.meta.url)));

/** The list in a file of `tests/lists` that is in a known encoding. */
export function fileList(name: string): List {
  const decoded = decode(bytesOf(name));
  if (!("text" in decoded)) throw new Error(`${name} is in another encoding`);
  return listOf(decoded.text, "file");
}

/**
 * What is read from a list, but for the lines on which it is. Rows with broken quotes are written with
 * sound ones, and nobody is read from them for another reason: `broken` are their cells.
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

/** What is left of it when it has been written and read again. */
export const contentAgain = (list: List) =>
  content(
    again(list),
    list.faults.map(({ cells }) => cells.join()),
  );

/** The whole list, written and read again. */
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
