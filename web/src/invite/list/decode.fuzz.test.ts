import fc from "fast-check";
import { describe, expect } from "vitest";
import { decode, decodeAs } from "./decode";
import { encodingsOf } from "./encodings";
import { fuzz, text } from "./fuzzing";
import { plainText } from "./rows";

/** Returns the characters of a single-byte encoding, indexed by byte. */
const lettersOf = (label: string) =>
  Array.from({ length: 256 }, (_, byte) => decodeAs(Uint8Array.of(byte), label) ?? "");

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .array(fc.constantFrom(0, 0x0a, 0x0d, 0x2c, 0x40, 0x61, 0x80, 0xc3, 0xa4, 0xfe, 0xff))
    .map((each) => Uint8Array.from(each)),
);

const linesOf = (source: string) => plainText(source).split("\n");

describe("bytes", () => {
  fuzz(
    "are decoded, or each line that is not UTF-8 is reported with its number",
    fc.property(bytes, (source) => {
      const decoded = decode(source);
      if ("text" in decoded) return;
      const { lines } = decoded.undecoded;
      expect(lines.length).toBeGreaterThan(0);
      const all = linesOf(decodeAs(source, "windows-1252") ?? "");
      for (const { line, bytes } of lines) {
        expect(decodeAs(bytes, "utf-8")).toBeUndefined();
        expect(decodeAs(bytes, "windows-1252")).toBe(all[line - 1]);
      }
      expect(lines.map(({ line }) => line)).toEqual(
        [...new Set(lines.map(({ line }) => line))].sort((a, b) => a - b),
      );
    }),
  );

  fuzz(
    "in UTF-8 and UTF-16 are decoded to the original text",
    fc.property(text, fc.boolean(), (source, isMarked) => {
      const content = source.replace(/^\uFEFF+/u, "");
      const marked = `\uFEFF${content}`;
      const utf8 = new TextEncoder().encode(isMarked ? marked : content);
      expect(decode(utf8)).toEqual({ text: content });
      const utf16 = Buffer.from(marked, "utf16le");
      expect(decode(Uint8Array.from(utf16))).toEqual({ text: content });
      expect(decode(Uint8Array.from(utf16.swap16()))).toEqual({ text: content });
    }),
  );

  fuzz(
    "in a legacy encoding are offered in it, or in one that decodes them in the same way",
    fc.property(
      fc.constantFrom("windows-1252", "windows-1250", "macintosh", "windows-1251", "windows-1253"),
      fc.array(fc.integer({ min: 0xa0, max: 0xff }), { minLength: 1, maxLength: 8 }),
      fc.constantFrom("\n", "\r\n", "\r"),
      (label, word, lineEnd) => {
        const letters = lettersOf(label);
        fc.pre(word.every((byte) => letters[byte] !== ""));
        const start = Buffer.from(`email,name${lineEnd}a@x.example,`, "latin1");
        const source = Uint8Array.from([...start, ...word]);
        const decoded = decode(source);
        if ("text" in decoded) return; // These bytes are also valid UTF-8.
        expect(decoded.undecoded.lines.map(({ line }) => line)).toEqual([2]);
        const expected = `a@x.example,${word.map((byte) => letters[byte]).join("")}`;
        expect(encodingsOf(decoded.undecoded).map(({ sample }) => sample)).toContain(expected);
      },
    ),
  );
});
