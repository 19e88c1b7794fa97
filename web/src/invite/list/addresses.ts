import { addressParser } from "postal-mime";
import { clean, isAddress } from "./address";
import { splitName } from "./name";
import type { Fault, Row } from "./rows";

/** Addresses in running text, as rows of the columns email, first name and last name. */
export type Addresses = {
  rows: Row[];
  /** Lines that are skipped, since they cannot be read completely. */
  faults: Fault[];
  /** Whether a line has an address and something else, as a table has. */
  mixed: boolean;
};

/**
 * Reads addresses between commas, semicolons, blanks or line ends, with names (RFC 5322) or without.
 * A line is taken as a whole or not at all. The last word of a text for which `mayGoOn` is true is
 * an exception: it may still be typed. Reading ends after `most` people and lines.
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

/** What a link has before its address. */
const MAILTO = /(?<![^ \t<>(;,|"])mailto:(?=[^\s<>()[\]:;,"|]+@)/giu;

/** The people of a line, and what else it has. */
function partsOf(source: string): { people: string[][]; others: string[] } {
  // Without names, blanks separate as well.
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

/** The longest piece of a line that may be an address with its name, in characters. */
const LONGEST = 2000;

type Mailbox = { name: string; address?: string };

/** The addresses in a piece of a line, with their names; `undefined` if they are not all of it. */
function parse(source: string): Mailbox[] | undefined {
  const piece = source.replace(SINGLE_QUOTED, '$1"$2"');
  const words = wordsOf(piece);
  if (words.length === 0) return [];
  if (piece.length > LONGEST || !isBalanced(piece)) return undefined;
  const found = addressParser(notation(piece), { flatten: true }).map(withoutAddressAsName);
  const texts = found.flatMap(({ name, address = "" }) => [name, address]);
  if (!texts.some((text) => text.trim())) return undefined;
  // The parser may take a part of a word for an address, an address for a name, and leave words out.
  const isWhole = ({ address = "", name }: Mailbox) =>
    (!isAddress(address) || words.includes(address)) && !/\S@\S/u.test(name);
  const isFound = (word: string) => found.some(({ address = "" }) => isSame(address, word));
  return found.every(isWhole) && words.filter(isAddress).every(isFound) ? found : undefined;
}

/** A name between single quotes, as Outlook writes it. */
const SINGLE_QUOTED = /(^|[,;])\s*'([^'"<>]*)'(?=\s*<)/gu;

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** Mail programs write the address as the name of a person whose name they do not know. */
const withoutAddressAsName = ({ name, address = "" }: Mailbox): Mailbox => ({
  name: isSame(name.trim(), address) ? "" : name,
  address,
});

const wordsOf = (text: string) => text.split(/[\s<>()[\]:;,"]+/u).filter(Boolean);

/** Whether all quotes and brackets are in pairs. */
const isBalanced = (piece: string) =>
  /^[^"()<>]*(<[^"()<>]*>)?$/u.test(piece.replace(QUOTED_OR_COMMENT, ""));

function partly(other: string, source: string): string {
  const reason = `“${other}” is not an email address.`;
  if (/[,;\t|<]/u.test(source)) return reason;
  return `${reason} Write a name as “Name <name@company.com>”.`;
}

/** A line as RFC 5322 has it: commas between addresses, and quotes around names with a comma. */
function notation(row: string): string {
  return row
    .replace(/(^|;|>\s*,?|@[^\s<>;",@]+\s*,)\s*([^<>;"@,\s][^<>;"@]*,[^<>;"@]*)(?=<)/gu, '$1"$2"')
    .replace(QUOTED_OR_SEMICOLON, (part) => (part === ";" ? "," : part));
}

const QUOTED_OR_COMMENT = /"(?:\\.|[^"\\])*"|\([^()]*\)/gu;
const QUOTED_OR_SEMICOLON = new RegExp(`${QUOTED_OR_COMMENT.source}|;`, "gu");

/** A name, in quotes or without any, and an address in angle brackets. */
const NAMED = /^("[^"<>@\n]*"|[^"<>@;|\t\n]*?)\s*<([^<>]*)>$/u;

/** Whether a text is a whole name, in quotes, or as "First Last" or "Last, First". */
function isName(text: string): boolean {
  const [, second, ...more] = text.split(",");
  if (text.startsWith('"') || second === undefined) return true;
  return more.length === 0 && text.split(",").every((part) => part.trim() !== "");
}

/** The address in a cell of a table, with or without a name before it; `undefined` if not just one. */
export function addressIn(cell: string): { email: string; name: string } | undefined {
  const text = cell.trim().replace(MAILTO, "");
  if (isAddress(text)) return { email: clean(text), name: "" };
  const [, name = "", address = ""] = NAMED.exec(text) ?? [];
  if (!isAddress(address) || !isName(name)) return undefined;
  return { email: clean(address), name: name.replace(/^"(.*)"$/u, "$1") };
}
