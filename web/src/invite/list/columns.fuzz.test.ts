import fc from "fast-check";
import { describe, expect } from "vitest";
import { columnsByContent, columnsOf, type Use } from "./columns";
import { address, fuzz, name, nasty } from "./fuzzing";
import { roleReader } from "./role-names";
import { ROLES } from "./testing";

const isRole = (text: string) => roleReader(ROLES).roleIn(text) !== undefined;

const header = fc.oneof(
  fc.constantFrom("E-Mail", "Username", "Work Email [Required]", "First name", "Nachname", "Name"),
  fc.constantFrom(
    "Full name",
    "Display name",
    "Rolle",
    "Status",
    "Blocked",
    "Phone",
    "",
    "constructor",
  ),
  nasty,
);
const cell = fc.oneof(address, name, nasty, fc.constantFrom("", "admin", "Security Auditor"));

const table = fc
  .array(header, { minLength: 1, maxLength: 6 })
  .chain((names) =>
    fc.tuple(
      fc.constant(names),
      fc.array(fc.array(cell, { maxLength: names.length + 1 }), { maxLength: 5 }),
    ),
  );

/** Returns the number of columns with a use. */
const count = (uses: readonly Use[], use: Use) => uses.filter((each) => each === use).length;

function expectUnambiguous(uses: readonly Use[]) {
  const known = uses.filter((use) => use !== "none");
  expect(new Set(known).size).toBe(known.length);
  const hasPart = uses.includes("firstName") || uses.includes("lastName");
  expect(hasPart && uses.includes("name")).toBe(false);
}

describe("columns", () => {
  fuzz(
    "have one use each, and are certain only if exactly one is the email",
    fc.property(table, ([names, rows]) => {
      const { uses, certain } = columnsOf(names, rows, isRole);
      expect(uses).toHaveLength(names.length);
      expectUnambiguous(uses);
      if (certain) expect(count(uses, "email")).toBe(1);
    }),
  );

  fuzz(
    "are never certain without a header",
    fc.property(table, ([names, rows]) => {
      const { uses, certain } = columnsByContent(rows, names.length, isRole);
      expect(uses).toHaveLength(names.length);
      expectUnambiguous(uses);
      expect(certain).toBe(false);
    }),
  );

  fuzz(
    "have the same uses in any order if they are certain",
    fc.property(
      table.chain(([names, rows]) =>
        fc.tuple(
          fc.constant(names),
          fc.constant(rows),
          fc.shuffledSubarray([...names.keys()], { minLength: names.length }),
        ),
      ),
      ([names, rows, order]) => {
        const columns = columnsOf(names, rows, isRole);
        const moved = columnsOf(
          order.map((column) => names[column] ?? ""),
          rows.map((cells) => order.map((column) => cells[column] ?? "")),
          isRole,
        );
        expect(moved.certain).toBe(columns.certain);
        if (columns.certain)
          expect(moved.uses).toEqual(order.map((column) => columns.uses[column]));
      },
    ),
  );
});
