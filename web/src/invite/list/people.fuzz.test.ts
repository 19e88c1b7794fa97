import fc from "fast-check";
import Papa from "papaparse";
import { describe, expect } from "vitest";
import { clean, isAddress } from "./address";
import { USES, type Use } from "./columns";
import { address, fuzz, name, origin, separator, text } from "./fuzzing";
import { peopleIn } from "./people";
import { type List, readAsAddresses, takeHeader, withoutHeader } from "./read";
import { roleReader } from "./role-names";
import { plainText, type Row } from "./rows";
import { listOf, ROLES, read } from "./testing";

const isRole = (text: string) => roleReader(ROLES).roleIn(text) !== undefined;

/** Removes the characters that may be removed when a name is read. */
const letters = (text: string) => clean(text).replace(/["\s]/gu, "");

/** Returns, for each occurrence of a part in a text, the text without that occurrence. */
const withoutOne = (text: string, part: string) =>
  text
    .split(part)
    .slice(1)
    .map((_, index, rest) => {
      const pieces = text.split(part);
      const before = pieces.slice(0, index + 1).join(part);
      return before + pieces.slice(index + 1, rest.length + 1).join(part);
    });

/** Checks what must hold for the people in a list, whatever its columns are used for. */
function expectSound(list: List, uses: readonly Use[], source: string) {
  const lines = plainText(source).split("\n");
  const { people, faults, repeated } = peopleIn(list, uses, ROLES);
  const rows: Row[] = [...people.map(({ row }) => row), ...repeated, ...faults];
  for (const { line, lastLine } of rows) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(lastLine).toBeGreaterThanOrEqual(line);
    expect(lastLine).toBeLessThanOrEqual(lines.length);
  }
  for (const { email, firstName, lastName, row } of people) {
    const own = lines.slice(row.line - 1, row.lastLine).join("\n");
    expect(isAddress(email)).toBe(true);
    expect(clean(own)).toContain(email);
    for (const part of [firstName, lastName]) {
      const others = withoutOne(clean(own), email).map(letters);
      expect(others.some((other) => other.includes(letters(part)))).toBe(true);
    }
    expect(row.cells.some((cell) => clean(cell).includes(email))).toBe(true);
  }
  // Each row is exactly one of a person, a duplicate and a fault.
  expect(rows).toHaveLength(list.rows.length + list.faults.length);
  if (list.kind === "table") expect(new Set(people.map(({ row }) => row)).size).toBe(people.length);
}

describe("the people in a list", () => {
  fuzz(
    "have one row each, which contains their address and names",
    fc.property(text, origin, (source, from) => {
      const list = listOf(source, from);
      expectSound(list, list.columns.uses, source);
    }),
  );

  fuzz(
    "have one row each whatever the user chooses for the columns",
    fc.property(
      text,
      origin,
      fc.array(fc.constantFrom(...USES), { maxLength: 6 }),
      fc.constantFrom("header", "no header", "addresses"),
      (source, from, uses, choice) => {
        const list = listOf(source, from);
        if (choice === "addresses") {
          const addresses = readAsAddresses(source);
          return expectSound(addresses, addresses.columns.uses, source);
        }
        const chosen = choice === "header" ? takeHeader(list, isRole) : withoutHeader(list, isRole);
        return expectSound(chosen, uses, source);
      },
    ),
  );

  const person = fc.record({
    email: address,
    firstName: name,
    lastName: name,
    role: fc.constantFrom(...ROLES),
  });

  fuzz(
    "are those that were written as CSV, with any separator, line ending and order of columns",
    fc.property(
      fc.uniqueArray(person, {
        selector: ({ email }) => email.toLowerCase(),
        minLength: 1,
        maxLength: 6,
      }),
      fc.shuffledSubarray(["email", "firstName", "lastName", "role"] as const, { minLength: 4 }),
      separator,
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.boolean(),
      origin,
      (people, columns, delimiter, newline, quotes, from) => {
        const rows = people.map((each) => ({ ...each, role: each.role.name }));
        const options = { columns: [...columns], delimiter, newline, quotes };
        const found = read(Papa.unparse(rows, options), from);
        expect([found.faults, found.repeated]).toEqual([[], []]);
        expect(found.people.map(({ row, ...each }) => each)).toEqual(
          people.map((each) => ({ ...each, role: each.role.role })),
        );
      },
    ),
  );
});
