import fc from "fast-check";
import { it } from "vitest";

/** The time in seconds for which each property is tested with new values. */
const SECONDS = Number(process.env.TOKENVUE_FUZZ_SECONDS ?? 0);

/** Without a time limit, the seed is fixed, so that only a code change can cause a failure. */
const budget =
  SECONDS > 0
    ? {
        numRuns: 1_000_000_000,
        interruptAfterTimeLimit: SECONDS * 1000,
        markInterruptAsFailure: false,
      }
    : { numRuns: 300, seed: 1 };

/**
 * Defines a test of a property with generated values. A failure prints the seed and the smallest
 * value that fails.
 */
export function fuzz<Values>(name: string, property: fc.IProperty<Values>): void {
  it(name, () => fc.assert(property, budget), (SECONDS + 60) * 1000);
}

/** Texts that are likely to break the parsing of tables. */
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

/** Words from which names are built. */
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

/** A first or last name of one or several words. */
export const name = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" "));

export const separator = fc.constantFrom(...([",", ";", "\t", "|"] as const));

/** Texts with addresses and with what people and programs write between them. */
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

/** The possible origins of a list. */
export const origin = fc.constantFrom("typed" as const, "file" as const);
