import fc from "fast-check";
import { describe, expect } from "vitest";
import { clean, isAddress } from "./address";
import { addressIn, readAddresses } from "./addresses";
import { address, fuzz, name, nasty, text } from "./fuzzing";
import { plainText } from "./rows";
import { emails, read } from "./testing";

/** Splits a line into words that may be addresses, with and without invisible characters. */
const wordsOf = (text: string) =>
  [text, clean(text)].flatMap((each) => each.split(/[\s<>()[\]:;,"|]+/u)).map(clean);

describe("addresses in running text", () => {
  fuzz(
    "are words of their line, which is either read completely or skipped",
    fc.property(text, (source) => {
      const plain = plainText(source);
      const lines = plain.split("\n");
      const { rows, faults } = readAddresses(plain, () => false);
      const refused = new Set(faults.map(({ line }) => line));
      for (const { line, lastLine, cells } of rows) {
        expect(lastLine).toBe(line);
        expect(refused.has(line)).toBe(false);
        expect(wordsOf(lines[line - 1] ?? "")).toContain(cells[0]);
        expect(isAddress(cells[0] ?? "")).toBe(true);
      }
      const taken = new Set(rows.map(({ line }) => line));
      for (const [index, line] of lines.entries()) {
        const isRead = taken.has(index + 1) || refused.has(index + 1);
        if (wordsOf(line).some(isAddress)) expect(isRead).toBe(true);
      }
      for (const line of refused) expect(lines[line - 1]).toBeDefined();
    }),
  );

  fuzz(
    "are all still found while the last word is being typed",
    fc.property(text, (source) => {
      const plain = plainText(source);
      const whole = readAddresses(plain, () => false).rows;
      const typed = readAddresses(plain, () => true).rows;
      expect(typed).toEqual(expect.arrayContaining(whole));
      const last = plain.split("\n").length;
      for (const row of typed) if (!whole.includes(row)) expect(row.line).toBeLessThanOrEqual(last);
    }),
  );

  const person = fc.record({
    email: address,
    first: name,
    last: name.map((each) => each.split(" ")[0] ?? ""),
    form: fc.constantFrom("bare", "named", "quoted", "reversed", "unquoted"),
  });
  type Written = { email: string; first: string; last: string; form: string };
  const write = ({ email, first, last, form }: Written) => {
    if (form === "bare") return email;
    if (form === "named") return `${first} ${last} <${email}>`;
    if (form === "quoted") return `"${first} ${last}" <${email}>`;
    return form === "reversed" ? `"${last}, ${first}" <${email}>` : `${last}, ${first} <${email}>`;
  };

  fuzz(
    "are read with their names in every notation of mail programs",
    fc.property(
      fc.uniqueArray(person, {
        selector: ({ email }) => email.toLowerCase(),
        minLength: 1,
        maxLength: 5,
      }),
      fc.constantFrom(", ", "; ", "\n", ",\n", ";"),
      (people, between) => {
        const found = read(people.map(write).join(between));
        expect(found.faults).toEqual([]);
        const names = found.people.map(({ email, firstName, lastName }) => [
          email,
          `${firstName} ${lastName}`.trim(),
        ]);
        expect(names).toEqual(
          people.map(({ email, first, last, form }) => [
            email,
            form === "bare" ? "" : `${first} ${last}`,
          ]),
        );
      },
    ),
  );

  fuzz(
    "are found without names, whatever the separator",
    fc.property(
      fc.uniqueArray(address, { selector: (each) => each.toLowerCase(), maxLength: 6 }),
      fc.constantFrom(" ", ", ", ";", "\n", "\r\n", "\t", " \n\n ", ",,"),
      (all, between) => {
        expect(emails(all.join(between))).toEqual(all);
      },
    ),
  );
});

describe("the address in a cell", () => {
  fuzz(
    "is the only address in it",
    fc.property(
      fc
        .array(
          fc.oneof(nasty, address, name, fc.constantFrom(" ", "<", ">", '"', "mailto:", ", ")),
          {
            maxLength: 6,
          },
        )
        .map((pieces) => pieces.join("")),
      (cell) => {
        const found = addressIn(cell);
        if (!found) return;
        expect(wordsOf(clean(cell)).filter(isAddress)).toContain(found.email);
        expect(new Set(wordsOf(clean(cell)).filter(isAddress)).size).toBe(1);
        expect(cell).toContain(found.name);
      },
    ),
  );
});
