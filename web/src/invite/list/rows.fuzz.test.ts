import fc from "fast-check";
import Papa from "papaparse";
import { describe, expect } from "vitest";
import { fuzz, nasty, separator, text } from "./fuzzing";
import { plainText, readRows } from "./rows";

/** Removes quotes, separators and whitespace. */
const letters = (source: string) => source.replace(/[",;\t|\s]/gu, "");

describe("rows", () => {
  fuzz(
    "contain each line of the text once and in order, and nothing else",
    fc.property(text, separator, (source, character) => {
      const plain = plainText(source);
      const { rows, broken, unclosed } = readRows(plain, character);
      const read = [...rows, ...broken].sort((a, b) => a.line - b.line);
      const lines = plain.split("\n");
      let before = 0;
      for (const { line, lastLine, cells } of read) {
        expect(letters(lines.slice(before, line - 1).join(""))).toBe("");
        expect(line).toBeGreaterThan(before);
        expect(lastLine).toBeGreaterThanOrEqual(line);
        expect(letters(cells.join(""))).toBe(letters(lines.slice(line - 1, lastLine).join("")));
        before = lastLine;
      }
      if (unclosed) {
        expect(unclosed.line).toBeGreaterThan(before);
        expect(lines.slice(unclosed.lastLine).join("")).toBe("");
        expect(lines[unclosed.line - 1]).toContain('"');
      } else expect(letters(lines.slice(before).join(""))).toBe("");
    }),
  );

  fuzz(
    "are read as they were written, with any separator and line ending",
    fc.property(
      fc.array(fc.array(nasty, { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
      separator,
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.boolean(),
      (cells, delimiter, newline, quotes) => {
        const written = Papa.unparse(cells, { delimiter, newline, quotes });
        const { rows, broken, unclosed } = readRows(plainText(written), delimiter);
        expect([broken, unclosed]).toEqual([[], undefined]);
        const plain = cells.map((row) => row.map((cell) => cell.replace(/\r\n|\r/gu, "\n")));
        expect(rows.map((row) => row.cells)).toEqual(
          plain.filter((row) => row.some((cell) => cell.trim())),
        );
      },
    ),
  );
});
