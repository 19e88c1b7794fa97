import fc from "fast-check";
import { describe, expect } from "vitest";
import { address, fuzz, nasty, origin, separator, text } from "./fuzzing";
import { content, contentAgain, listOf } from "./testing";

const role = fc.oneof(
  fc.constantFrom("", "admin", "Security Auditor", "GATEWAY_OPERATOR", "Prüfer"),
  nasty,
);
const columns = fc.shuffledSubarray(
  ["email", "Vorname", "nachname", "Rolle", "Recovery Email", "Access level", "x;y", "Name"],
  { minLength: 3 },
);

const table = fc.tuple(columns, separator).chain(([header, character]) => {
  const cell = (name: string) =>
    name === "email"
      ? fc.oneof({ weight: 5, arbitrary: address }, nasty)
      : name === "Rolle"
        ? role
        : nasty;
  const row = fc
    .tuple(fc.tuple(...header.map(cell)), fc.array(nasty, { maxLength: 1 }))
    .map(([cells, more]) => [...cells, ...more]);
  return fc.record({
    header: fc.constant(header),
    character: fc.constant(character),
    rows: fc.array(row, { minLength: 1, maxLength: 8 }),
  });
});

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

describe("a list keeps its content when it is written and read again:", () => {
  fuzz(
    "tables with any cells, separators and columns",
    fc.property(table, ({ header, character, rows }) => {
      const source = [header, ...rows].map((cells) => cells.map(quoted).join(character)).join("\n");
      const list = listOf(source, "file");
      fc.pre(list.kind === "table" && list.columns.uses.includes("email"));
      expect(contentAgain(list)).toEqual(content(list));
    }),
  );

  fuzz(
    "any text",
    fc.property(text, origin, (source, from) => {
      const list = listOf(source, from);
      fc.pre(!list.stop && list.columns.uses.includes("email"));
      const { people, faults } = content(list);
      fc.pre(people.length + faults.length > 0);
      expect(contentAgain(list)).toEqual({ people, faults });
    }),
  );
});
