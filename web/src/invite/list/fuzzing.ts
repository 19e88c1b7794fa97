import fc from "fast-check";
import { it } from "vitest";

/** How long each property is tried with new values, in seconds. */
const SECONDS = Number(process.env.TOKENVUE_FUZZ_SECONDS ?? 0);

/** Without a time, the values are always the same, so that a failure is one of the change. */
const budget =
  SECONDS > 0
    ? {
        numRuns: 1_000_000_000,
        interruptAfterTimeLimit: SECONDS * 1000,
        markInterruptAsFailure: false,
      }
    : { numRuns: 300, seed: 1 };

/** A test of a property with generated values. A failure prints the seed and the smallest value. */
export function fuzz<Values>(name: string, property: fc.IProperty<Values>): void {
  it(name, () => fc.assert(property, budget), (SECONDS + 60) * 1000);
}

/** Texts that break tables. */
export const nasty = fc.oneof(
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

export const address = fc
  .tuple(
    fc.stringMatching(/^[a-zäł玲][a-z0-9.+'-]{0,8}$/u),
    fc.constantFrom("x.example", "Y.example", "bücher.example"),
  )
  .map((parts) => parts.join("@"));

/** Words of which names are made. */
const word = fc.constantFrom(
  "Ana",
  "Bo",
  "de",
  "O'Neil",
  "Łukasz",
  "玲",
  "حداد",
  "Ann-Marie",
  "J.",
);

/** A first or last name, of one or several words. */
export const name = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" "));

export const separator = fc.constantFrom(...([",", ";", "\t", "|"] as const));

/** Texts with addresses, and what people and programs put between them. */
export const text = fc
  .array(
    fc.oneof(
      nasty,
      address,
      name,
      fc.constantFrom(
        ", ",
        ";",
        "\n",
        "\r\n",
        "\r",
        "\t",
        " <",
        ">",
        '"',
        "mailto:",
        "email,role\n",
      ),
    ),
    { maxLength: 20 },
  )
  .map((pieces) => pieces.join(""));

/** Where a list may come from. */
export const origin = fc.constantFrom("typed" as const, "file" as const);
