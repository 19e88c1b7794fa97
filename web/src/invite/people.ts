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

/** Addresses are compared without regard to case and in Unicode-normalized form. */
export const keyOf = (email: string) => email.trim().normalize("NFKC").toLowerCase();

/** Whether this may be an address at all; the server knows better, this saves asking it. */
const looksLikeAddress = (text: string) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/u.test(text);

/** People out of what was pasted: a table with a header, or addresses in any common notation. */
export function readPeople(text: string, roles: RoleNames): Reading {
  const [head = ""] = text.replace(/^\uFEFF/u, "").split(/\r?\n|\r/u, 1);
  const isTable = head.split(/[,;\t|]/u).some((cell) => columnOf(cell) === "email");
  return once(isTable ? readTable(text, roles) : readAddresses(text));
}

type Column = "email" | "firstName" | "lastName" | "name" | "role";

const COLUMNS: Record<Column, RegExp> = {
  email: /^(e-?mail|mail)( ?address)?$/u,
  firstName: /^(first|given) ?name$/u,
  lastName: /^(last|family|sur) ?name$|^surname$/u,
  name: /^(full ?)?name$/u,
  role: /^(workspace ?)?role$/u,
};

function columnOf(header: string): Column | undefined {
  const plain = header
    .replace(/^\uFEFF|["']/gu, "")
    .replace(/[_\s]+/gu, " ")
    .trim()
    .toLowerCase();
  const found = Object.entries(COLUMNS).find(([, pattern]) => pattern.test(plain));
  return found?.[0] as Column | undefined;
}

/** A table (RFC 4180, with any of the usual separators) whose first row names the columns. */
function readTable(text: string, roles: RoleNames): Reading {
  const { data } = Papa.parse<string[]>(text.replace(/^\uFEFF/u, ""), {
    delimitersToGuess: [",", ";", "\t", "|"],
    skipEmptyLines: "greedy",
  });
  const [head = [], ...rows] = data;
  const columns = head.map(columnOf);
  const reading: Reading = { people: [], unread: [], repeated: 0 };
  rows.forEach((cells, index) => {
    const at = (column: Column) => cells[columns.indexOf(column)]?.trim() ?? "";
    const unread = (reason: string) =>
      reading.unread.push({ line: index + 2, text: cells.join(", "), reason });
    const email = at("email");
    const role = roleOf(at("role"), roles);
    if (!looksLikeAddress(email)) unread(email ? "This is not an address." : "No address.");
    else if (role === null) unread(`There is no role “${at("role")}”.`);
    else {
      const [firstName, lastName] = at("firstName")
        ? [at("firstName"), at("lastName")]
        : split(at("name"), at("lastName"));
      reading.people.push({ email, firstName, lastName, ...(role && { role }) });
    }
  });
  return reading;
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
  text.split(/\r?\n|\r/u).forEach((row, index) => {
    // Without names, blanks separate as well.
    const line = /[<"(]/u.test(row) ? row.replaceAll(";", ",") : row.replace(/[\s;,]+/gu, ",");
    for (const { name, address = "" } of addressParser(line, { flatten: true })) {
      const email = address.trim();
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

/** The first word of a name, and the rest of it. */
function split(name: string, last: string): [string, string] {
  if (last) return [name, last];
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
    email: email.trim(),
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
