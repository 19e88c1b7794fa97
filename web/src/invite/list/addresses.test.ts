import { describe, expect, it } from "vitest";
import { keyOf } from "./address";
import { emails, faultsOf, listOf, read, summaries } from "./testing";

describe("addresses in running text", () => {
  it("may be separated by commas, semicolons, whitespace or line ends", () => {
    const expected = ["a@x.example", "b@x.example", "c@x.example", "d@x.example"];
    expect(emails("a@x.example, b@x.example;c@x.example\r\n  d@x.example  ")).toEqual(expected);
    expect(emails("a@x.example b@x.example\tc@x.example\rd@x.example")).toEqual(expected);
    expect(emails("a@x.example, b@x.example\nc@x.example, d@x.example")).toEqual(expected);
  });

  it("may have names, as mail programs copy them", () => {
    expect(
      summaries(read('"Silva, Ana" <ana@x.example>; Bo Li <bo@x.example>\n<cy@x.example>')),
    ).toEqual(["ana@x.example|Ana|Silva|-", "bo@x.example|Bo|Li|-", "cy@x.example|||-"]);
  });

  it("may have names in single quotes, as Outlook writes them", () => {
    expect(summaries(read("'Bo Li' <bo@x.example>; Ann O'Neil <an@x.example>"))).toEqual([
      "bo@x.example|Bo|Li|-",
      "an@x.example|Ann|O'Neil|-",
    ]);
  });

  it("may be repeated as names", () => {
    for (const text of [
      "ana@x.example <ana@x.example>",
      "'Ana@x.example' <ana@x.example>; <bo@x.example>",
      '"ana@x.example" <mailto:ana@x.example>',
    ]) {
      expect(summaries(read(text))).toContain("ana@x.example|||-");
      expect(read(text).faults).toEqual([]);
    }
  });

  it("may be mailto links", () => {
    expect(emails("mailto:a@x.example, mailto:b@x.example")).toEqual([
      "a@x.example",
      "b@x.example",
    ]);
    expect(summaries(read("Bo Li <mailto:bo@x.example>"))).toEqual(["bo@x.example|Bo|Li|-"]);
  });

  it("may have unquoted names with a comma, as Outlook copies them", () => {
    const found = read("Müller, Bo <bo@x.example>; Li, An Mei <an@x.example>, Cy <cy@x.example>");
    expect(summaries(found)).toEqual([
      "bo@x.example|Bo|Müller|-",
      "an@x.example|An Mei|Li|-",
      "cy@x.example|Cy||-",
    ]);
    expect(found.faults).toEqual([]);
    expect(summaries(read("Bo <bo@x.example>, cy@x.example, Li, An <an@x.example>"))).toEqual([
      "bo@x.example|Bo||-",
      "cy@x.example|||-",
      "an@x.example|An|Li|-",
    ]);
    expect(summaries(read(", Bo <bo@x.example>"))).toEqual(["bo@x.example|Bo||-"]);
  });

  it("keep non-ASCII letters", () => {
    expect(emails("ölaf@x.example, Bo <bo@x.example>, äl@x.example")).toEqual([
      "ölaf@x.example",
      "bo@x.example",
      "äl@x.example",
    ]);
    expect(emails("ölaf@x.example äl@x.example")).toEqual(["ölaf@x.example", "äl@x.example"]);
    expect(emails("Öl <ölaf@x.example>")).toEqual(["ölaf@x.example"]);
  });

  it("lose invisible characters", () => {
    expect(emails("\u200Bana@x.example\u2060 bo@x.example\u202C")).toEqual([
      "ana@x.example",
      "bo@x.example",
    ]);
    expect(keyOf("ana\u00AD@x.example")).toBe("ana@x.example");
    expect(keyOf("  ÄNA@x.example ")).toBe(keyOf("a\u0308na@X.example"));
  });

  it("are deduplicated regardless of case and Unicode normalization", () => {
    const { people, repeated } = read("Ána@X.example\nána@x.example\n\na\u0301na@x.example");
    expect(people).toHaveLength(1);
    expect(repeated.map(({ line }) => line)).toEqual([2, 4]);
  });

  it("get their name from any duplicate, but are skipped if the names differ", () => {
    expect(summaries(read("ana@x.example, Ana Silva <ana@x.example>"))).toEqual([
      "ana@x.example|Ana|Silva|-",
    ]);
    const found = read("<ana@x.example>\nAna <ana@x.example>\nAnna <ana@x.example>");
    expect(found.people).toEqual([]);
    expect(found.faults.map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  it("are reported once per line, not per word, if invalid", () => {
    const found = read("a@x.example\nno body at all\nb@x");
    expect(summaries(found)).toEqual(["a@x.example|||-"]);
    expect(faultsOf(found)).toEqual([
      "2: This is not an email address.",
      "3: This is not an email address.",
    ]);
  });

  it("are not read from a line that is only partly valid", () => {
    const found = read("Ana Silva ana@x.example\nBo <bo@x.example>, nobody\ncy@x.example");
    expect(summaries(found)).toEqual(["cy@x.example|||-"]);
    expect(faultsOf(found)).toEqual([
      "1: “Ana” is not an email address. Write a name as “Name <name@company.com>”.",
      "2: “nobody” is not an email address.",
    ]);
  });

  it("are not read from a line with unpaired quotes or brackets, or if words were dropped", () => {
    for (const text of [
      'a@x.example";',
      'a@x.example"Ana">',
      'mailto:a@x.example "',
      "Team: <",
      "玲@x.example(sep=;",
    ]) {
      const found = read(text);
      expect(found.people).toEqual([]);
      expect(found.faults).toHaveLength(1);
    }
  });

  it("are never read as a name or as part of one", () => {
    for (const text of [
      'a@x.example"a@x.example"mailto:玲@x.example',
      'a@x.example"a@x.example"mailto:a@x.example',
      "Ana (ana@y.example) <a@x.example>",
      '"Ana, ana@y.example" <a@x.example>',
      'a@x.example";mailto:a@x.example"',
      'a@x.exampleSecurity Auditor""mailto:Ana',
    ]) {
      const found = read(text);
      expect(found.people).toEqual([]);
      expect(found.faults).toHaveLength(1);
    }
  });

  it("keep a semicolon in a name in quotes or parentheses", () => {
    expect(summaries(read('"Ana; Bo" <a@x.example>'))).toEqual(["a@x.example|Ana;|Bo|-"]);
    expect(summaries(read("a@x.example (Ana; Bo)"))).toEqual(["a@x.example|Ana;|Bo|-"]);
  });

  it("are read while the next one is being typed", () => {
    expect(emails("a@x.example, b@")).toEqual(["a@x.example"]);
    expect(faultsOf(read("a@x.example, b@"))).toEqual(["1: This is not an email address."]);
    // This is read as a table with one row.
    expect(listOf("a@x.example, admin").columns).toEqual({
      uses: ["email", "role"],
      certain: false,
    });
  });
});

describe("a table has one person per row:", () => {
  const rows = "a@x.example,a.home@y.example\nb@x.example,b.home@y.example\n";

  it("asks for the columns of a file with several addresses in each row", () => {
    const list = listOf(rows, "file");
    expect(list).toMatchObject({ kind: "table", hasOnlyAddresses: true });
    expect(list.columns).toEqual({ uses: ["none", "none"], certain: false });
  });

  it("asks for the columns of rows copied from a spreadsheet or a file", () => {
    expect(listOf(rows.replaceAll(",", "\t")).columns.certain).toBe(false);
    expect(listOf(rows).columns.certain).toBe(false);
    expect(listOf(rows.replaceAll(",", ", ")).columns.certain).toBe(true);
    expect(listOf("a@x.example,b@x.example", "file").columns.certain).toBe(false);
  });

  it("does not ask for columns if each line has one address", () => {
    for (const text of ["a@x.example,\nb@x.example,\n", 'a@x.example,\n"Li, Bo" <b@x.example>']) {
      expect(listOf(text).columns.certain).toBe(true);
      expect(listOf(text, "file").columns.certain).toBe(true);
      expect(emails(text)).toEqual(["a@x.example", "b@x.example"]);
    }
  });

  it("asks for the columns of lines with an address and other cells", () => {
    for (const text of [
      "bert@x.example,Bert,Meyer,Security Auditor",
      "bert@x.example;Bert Meyer\ncarla@x.example;Carla Roth",
      "Bert Meyer|bert@x.example|boss",
    ]) {
      expect(listOf(text).columns.certain).toBe(false);
      expect(listOf(text, "file").columns.certain).toBe(false);
    }
  });
});
