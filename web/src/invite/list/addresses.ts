import { addressParser } from "postal-mime";
import { clean, isAddress } from "./address";
import { splitName } from "./name";
import type { Fault, Row } from "./rows";

/** The addresses in running text, as rows with the columns email, first name and last name. */
export type Addresses = {
  rows: Row[];
  /** The lines that contain something other than addresses. */
  faults: Fault[];
  /** Whether any line contains an address and something else, as the rows of a table do. */
  mixed: boolean;
};

/**
 * Parses addresses, with or without names (RFC 5322), separated by commas, semicolons, whitespace
 * or line ends. A line with an address and something else is skipped. The exception is a last word
 * for which `mayGoOn` returns true: the user may still be typing it, so the addresses before it are
 * kept. Stops when there are more than `most` rows and faults.
 */
export function readAddresses(
  text: string,
  mayGoOn: (word: string) => boolean,
  most = Number.POSITIVE_INFINITY,
): Addresses {
  const result: Addresses = { rows: [], faults: [], mixed: false };
  const lines = text.split("\n");
  for (const [index, source] of lines.entries()) {
    if (result.rows.length + result.faults.length > most) break;
    const at = { line: index + 1, lastLine: index + 1 };
    const { people, others } = partsOf(source.replace(MAILTO, ""));
    const [other, ...more] = others;
    const isLast = index === lines.length - 1 && more.length === 0;
    const isWord = other !== undefined && /^\S+$/u.test(other) && source.endsWith(other);
    const goesOn = isLast && isWord && mayGoOn(other);
    if (other !== undefined && people.length > 0 && !goesOn) {
      result.mixed = true;
      result.faults.push({ ...at, cells: [source.trim()], reason: partly(other, source) });
      continue;
    }
    result.rows.push(...people.map((cells) => ({ ...at, cells })));
    if (other !== undefined) {
      const cells = [people.length > 0 ? other : source.trim()];
      result.faults.push({ ...at, cells, reason: "This is not an email address." });
    }
  }
  return result;
}

/** Matches the `mailto:` before the address of a link. */
const MAILTO = /(?<![^ \t<>(;,|"])mailto:(?=[^\s<>()[\]:;,"|]+@)/giu;

/** Splits a line into people and the parts that are not addresses. */
function partsOf(source: string): { people: string[][]; others: string[] } {
  // Without names, whitespace separates addresses too.
  if (!/[<"(]/u.test(source)) {
    const words = source.split(/[\s;,|]+/u).filter(Boolean);
    return {
      people: words.filter(isAddress).map((word) => [clean(word), "", ""]),
      others: words.filter((word) => !isAddress(word)),
    };
  }
  const people: string[][] = [];
  const others: string[] = [];
  for (const piece of source.split(/(?<=>)\s*[,;]?/u)) {
    const found = parse(piece);
    if (!found) others.push(piece.trim());
    for (const { name, address = "" } of found ?? []) {
      if (isAddress(address)) people.push([clean(address), ...splitName(name.trim())]);
      else if (address.trim() || name.trim()) others.push((address || name).trim());
    }
  }
  return { people, others };
}

/** The maximum length in characters of a piece of a line that is parsed. */
const LONGEST = 2000;

type Mailbox = { name: string; address?: string };

/** Parses the addresses and names in a piece of a line. `undefined` if it has anything else. */
function parse(source: string): Mailbox[] | undefined {
  const piece = source.replace(SINGLE_QUOTED, '$1"$2"');
  const words = wordsOf(piece);
  if (words.length === 0) return [];
  if (piece.length > LONGEST || !isBalanced(piece)) return undefined;
  const found = addressParser(notation(piece), { flatten: true }).map(withoutAddressAsName);
  const texts = found.flatMap(({ name, address = "" }) => [name, address]);
  if (!texts.some((text) => text.trim())) return undefined;
  // The parser may return part of a word as an address, return an address as a name, or drop words.
  const isWhole = ({ address = "", name }: Mailbox) =>
    (!isAddress(address) || words.includes(address)) && !/\S@\S/u.test(name);
  const isFound = (word: string) => found.some(({ address = "" }) => isSame(address, word));
  return found.every(isWhole) && words.filter(isAddress).every(isFound) ? found : undefined;
}

/** Matches a name in single quotes, as Outlook writes it. */
const SINGLE_QUOTED = /(^|[,;])\s*'([^'"<>]*)'(?=\s*<)/gu;

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** Removes a name that only repeats the address. Mail programs write it if they know no name. */
const withoutAddressAsName = ({ name, address = "" }: Mailbox): Mailbox => ({
  name: isSame(name.trim(), address) ? "" : name,
  address,
});

const wordsOf = (text: string) => text.split(/[\s<>()[\]:;,"]+/u).filter(Boolean);

/** Whether all quotes, parentheses and angle brackets are paired. */
const isBalanced = (piece: string) =>
  /^[^"()<>]*(<[^"()<>]*>)?$/u.test(piece.replace(QUOTED_OR_COMMENT, ""));

function partly(other: string, source: string): string {
  const reason = `“${other}” is not an email address.`;
  if (/[,;\t|<]/u.test(source)) return reason;
  return `${reason} Write a name as “Name <name@company.com>”.`;
}

/** Converts a line to RFC 5322: commas between addresses, quotes around names with a comma. */
function notation(row: string): string {
  return row
    .replace(/(^|;|>\s*,?|@[^\s<>;",@]+\s*,)\s*([^<>;"@,\s][^<>;"@]*,[^<>;"@]*)(?=<)/gu, '$1"$2"')
    .replace(QUOTED_OR_SEMICOLON, (part) => (part === ";" ? "," : part));
}

const QUOTED_OR_COMMENT = /"(?:\\.|[^"\\])*"|\([^()]*\)/gu;
const QUOTED_OR_SEMICOLON = new RegExp(`${QUOTED_OR_COMMENT.source}|;`, "gu");

/** Matches an optional name, quoted or not, and an address in angle brackets. */
const NAMED = /^("[^"<>@\n]*"|[^"<>@;|\t\n]*?)\s*<([^<>]*)>$/u;

/** Whether a text is a single name: quoted, "First Last" or "Last, First". */
function isName(text: string): boolean {
  const [, second, ...more] = text.split(",");
  if (text.startsWith('"') || second === undefined) return true;
  return more.length === 0 && text.split(",").every((part) => part.trim() !== "");
}

/** Parses a cell with one address and an optional name. `undefined` if it has anything else. */
export function addressIn(cell: string): { email: string; name: string } | undefined {
  const text = cell.trim().replace(MAILTO, "");
  if (isAddress(text)) return { email: clean(text), name: "" };
  const [, name = "", address = ""] = NAMED.exec(text) ?? [];
  if (!isAddress(address) || !isName(name)) return undefined;
  return { email: clean(address), name: name.replace(/^"(.*)"$/u, "$1") };
}
