import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { peopleIn } from "./people";
import type { List } from "./read";
import { fileList, listOf, ROLES, read } from "./testing";
import { TEMPLATE, writeList } from "./write";

/**
 * What is read from a list, but for the lines on which it is. Rows with broken quotes are written with
 * sound ones, and nobody is read from them for another reason: `broken` are their cells.
 */
function content(list: List, broken = list.faults.map(({ cells }) => cells.join())) {
  const { people, faults } = peopleIn(list, list.columns.uses, ROLES);
  return {
    people: people.map(({ row, ...person }) => ({ ...person, cells: row.cells })),
    faults: faults.map(({ cells, reason }) =>
      broken.includes(cells.join()) ? [cells] : [cells, reason.replace(/\d+/gu, "N")],
    ),
  };
}

/** What is left of it when it has been written and read again. */
const contentAgain = (list: List) =>
  content(
    again(list),
    list.faults.map(({ cells }) => cells.join()),
  );

/** The whole list, written and read again. */
function again(list: List): List {
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

/** Texts that break tables. */
const nasty = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: fc.constantFrom(..."\",;\t|\n' =@<>\uFEFFä"), maxLength: 12 }),
  fc.constantFrom(
    "sep=;",
    "email",
    "#",
    "-",
    '"',
    '""',
    '",\n"',
    " x ",
    "=1+1",
    "Security Auditor",
  ),
);
const address = fc
  .tuple(fc.stringMatching(/^[a-z]{1,8}$/u), fc.constantFrom("x.example", "Y.example"))
  .map((parts) => parts.join("@"));
const role = fc.oneof(
  fc.constantFrom("", "admin", "Security Auditor", "GATEWAY_OPERATOR", "Prüfer"),
  nasty,
);
const columns = fc.shuffledSubarray(
  ["email", "Vorname", "nachname", "Rolle", "Recovery Email", "Access level", "x;y", "Name"],
  { minLength: 3 },
);

const table = fc
  .tuple(columns, fc.constantFrom(",", ";", "\t", "|"))
  .chain(([header, separator]) => {
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
      separator: fc.constant(separator),
      rows: fc.array(row, { minLength: 1, maxLength: 8 }),
    });
  });

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

describe("what was read from a list is read again from what is written of it:", () => {
  it("tables with any cells, separators and columns", () => {
    fc.assert(
      fc.property(table, ({ header, separator, rows }) => {
        const text = [header, ...rows].map((cells) => cells.map(quoted).join(separator)).join("\n");
        const list = listOf(text, "file");
        fc.pre(list.kind === "table" && list.columns.uses.includes("email"));
        expect(contentAgain(list)).toEqual(content(list));
      }),
      { numRuns: 300 },
    );
  });

  it("any text at all", () => {
    const piece = fc.oneof(
      nasty,
      address,
      fc.constantFrom(", ", ";", "\n", "\r\n", "\t", " <", ">"),
    );
    const text = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(text, fc.constantFrom("typed" as const, "file" as const), (source, origin) => {
        const list = listOf(source, origin);
        fc.pre(!list.stop && list.columns.uses.includes("email"));
        const { people, faults } = content(list);
        fc.pre(people.length + faults.length > 0);
        expect(contentAgain(list)).toEqual({ people, faults });
      }),
      { numRuns: 300 },
    );
  });

  it.each(["google-workspace-download.csv", "no-header.csv", "slack-members.csv", "two-roles.csv"])(
    "%s",
    (name) => {
      const list = fileList(name);
      expect(again(list).columns).toEqual({ uses: list.columns.uses, certain: true });
      expect(contentAgain(list)).toEqual(content(list));
    },
  );
});

it("the template is a list without people", () => {
  expect(listOf(TEMPLATE).columns).toEqual({
    uses: ["email", "firstName", "lastName", "role"],
    certain: true,
  });
  expect(read(`${TEMPLATE}ana@x.example,Ana,Silva,admin`).people).toHaveLength(1);
});
