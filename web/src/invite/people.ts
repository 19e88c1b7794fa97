import Papa from "papaparse";
import { addressParser } from "postal-mime";
import type { InviteeInput, Role } from "#generated/operations";

/** Somebody to invite, as typed, pasted or read from a file. */
export type Person = {
  email: string;
  firstName: string;
  lastName: string;
  /** Left out where the form's choice is to hold. */
  role?: Role;
};

/** What was read, and what was not. */
export type Reading = {
  people: Person[];
  /** Lines that nobody could be read from, counted from one. */
  unread: { line: number; text: string; reason: string }[];
  /** Addresses that came more than once; they are taken once. */
  repeated: number;
};

type RoleNames = readonly { role: Role; name: string }[];

/** An address without what cannot be seen: web pages and mail programs put it there. */
const clean = (email: string) => email.replace(/\p{Cf}/gu, "").trim();

/** Addresses are compared without regard to case and in Unicode-normalized form. */
export const keyOf = (email: string) => clean(email).normalize("NFKC").toLowerCase();

/** Whether this may be an address at all; the server knows better, this saves asking it. */
export const looksLikeAddress = (text: string) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(clean(text));

/** People out of what was pasted: a table with a header, or addresses in any common notation. */
export function readPeople(text: string, roles: RoleNames): Reading {
  const plain = text.replace(/^\uFEFF/u, "");
  const head = plain.split(LINE_END).find((line) => line.trim() && !SEPARATOR.test(line)) ?? "";
  const separator = SEPARATORS.find((each) => head.split(each).some(isEmail));
  return once(separator ? readTable(plain, separator, roles) : readAddresses(plain));
}

const LINE_END = /\r?\n|\r/u;

/** What Excel writes and reads before a table, to tell its separator. */
const SEPARATOR = /^"?sep=."?\s*$/iu;

const SEPARATORS = [",", ";", "\t", "|"];

type Column = "email" | "firstName" | "lastName" | "name" | "role";

const COLUMNS: Record<Column, RegExp> = {
  email: /^(e-?mail|mail)( ?address)?$/u,
  firstName: /^(first|given) ?name$/u,
  lastName: /^(last|family|sur) ?name$|^surname$/u,
  name: /^(full ?)?name$/u,
  role: /^(workspace ?)?role$/u,
};

const isEmail = (header: string) => columnOf(header) === "email";

function columnOf(header: string): Column | undefined {
  const plain = header
    .replace(/["']/gu, "")
    .replace(/[_\s]+/gu, " ")
    .trim()
    .toLowerCase();
  const found = Object.entries(COLUMNS).find(([, pattern]) => pattern.test(plain));
  return found?.[0] as Column | undefined;
}

/** A table (RFC 4180, with any of the usual separators) whose first row names the columns. */
function readTable(text: string, delimiter: string, roles: RoleNames): Reading {
  const { data } = Papa.parse<string[]>(text, { delimiter });
  const reading: Reading = { people: [], unread: [], repeated: 0 };
  let columns: (Column | undefined)[] | undefined;
  let next = 1;
  for (const cells of data) {
    const line = next;
    next += cells.join("").split(LINE_END).length;
    if (!cells.some((cell) => cell.trim())) continue;
    if (!columns) {
      const names = cells.map(columnOf);
      if (names.includes("email")) columns = names;
      continue;
    }
    const found = personIn(cells, columns, roles);
    if (typeof found !== "string") reading.people.push(found);
    else reading.unread.push({ line, text: cells.join(", "), reason: found });
  }
  return reading;
}

/** Who stands in a row of a table, or why nobody does. */
function personIn(
  cells: readonly string[],
  columns: readonly (Column | undefined)[],
  roles: RoleNames,
): Person | string {
  const at = (column: Column) => cells[columns.indexOf(column)]?.trim() ?? "";
  const email = clean(at("email"));
  if (!email) return "No address.";
  if (!looksLikeAddress(email)) return "This is not an address.";
  const role = roleOf(at("role"), roles);
  if (role === null) return `There is no role “${at("role")}”.`;
  const [firstName, lastName] = at("firstName")
    ? [at("firstName"), at("lastName")]
    : split(at("name"), at("lastName"));
  return { email, firstName, lastName, ...(role && { role }) };
}

/** `undefined` for an empty cell, `null` for what is no role. */
function roleOf(text: string, roles: RoleNames): Role | undefined | null {
  if (!text) return undefined;
  const plain = (each: string) => each.toLowerCase().replace(/[\s_-]+/gu, " ");
  const found = roles.find(
    ({ role, name }) => plain(role) === plain(text) || plain(name) === plain(text),
  );
  return found?.role ?? null;
}

/** Addresses between commas, semicolons, blanks or line ends, with names (RFC 5322) or without. */
function readAddresses(text: string): Reading {
  const reading: Reading = { people: [], unread: [], repeated: 0 };
  text.split(LINE_END).forEach((row, index) => {
    for (const { name, address = "" } of addressParser(notation(row), { flatten: true })) {
      const email = clean(address);
      const [firstName, lastName] = split(name.trim(), "");
      if (looksLikeAddress(email)) reading.people.push({ email, firstName, lastName });
      else if (email || name) {
        const reason = "This is not an address.";
        reading.unread.push({ line: index + 1, text: email || name, reason });
      }
    }
  });
  return reading;
}

/** A line as RFC 5322 has it: commas between addresses, and quotes around names with a comma. */
function notation(row: string): string {
  // Without names, blanks separate as well.
  if (!/[<"(]/u.test(row)) return row.replace(/[\s;,]+/gu, ",");
  return row
    .replace(/(^|;|>\s*,?|@[^\s<>;",@]+\s*,)\s*([^<>;"@,\s][^<>;"@]*,[^<>;"@]*)(?=<)/gu, '$1"$2"')
    .replaceAll(";", ",");
}

/** First and last name out of a whole one, which address books write as "Last, First". */
function split(name: string, last: string): [string, string] {
  if (last) return [name, last];
  const [, family, given] = /^([^,]+),\s*([^,]+)$/u.exec(name) ?? [];
  if (family && given) return [given.trim(), family.trim()];
  const [first = "", ...rest] = name.split(/\s+/u);
  return [first, rest.join(" ")];
}

function once(reading: Reading): Reading {
  const known = new Map<string, Person>();
  for (const person of reading.people) {
    const key = keyOf(person.email);
    if (!known.has(key)) known.set(key, person);
  }
  const people = [...known.values()];
  return { ...reading, people, repeated: reading.people.length - people.length };
}

/** The same as the API wants it. */
export function inviteeOf(person: Person, role: Role): InviteeInput {
  const { email, firstName, lastName } = person;
  return {
    email: clean(email),
    role: person.role ?? role,
    ...(firstName && { firstName }),
    ...(lastName && { lastName }),
  };
}

/** The reverse of reading: a table to be corrected by hand. */
export const writePeople = (people: readonly InviteeInput[]): string =>
  Papa.unparse({
    fields: ["email", "first name", "last name", "role"],
    data: people.map(({ email, firstName, lastName, role }) => [email, firstName, lastName, role]),
  });

/** The most that one call takes. */
const BATCH = 100;

/** Cuts a list into pieces that one call takes. */
export const batches = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / BATCH) }, (_, index) =>
    items.slice(index * BATCH, (index + 1) * BATCH),
  );
