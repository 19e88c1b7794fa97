import { decodeAs, type Undecoded } from "./decode";

/** What spreadsheets and older programs write, by its label in the WHATWG Encoding Standard. */
const ENCODINGS: Record<string, string> = {
  "windows-1252": "Western European (Windows-1252)",
  "windows-1250": "Central European (Windows-1250)",
  "iso-8859-2": "Central European (ISO 8859-2)",
  macintosh: "Western European (Macintosh)",
  "windows-1251": "Cyrillic (Windows-1251)",
  "koi8-u": "Cyrillic (KOI8-U)",
  ibm866: "Cyrillic (DOS)",
  "windows-1253": "Greek (Windows-1253)",
  "windows-1254": "Turkish (Windows-1254)",
  "windows-1257": "Baltic (Windows-1257)",
  "windows-1255": "Hebrew (Windows-1255)",
  "windows-1256": "Arabic (Windows-1256)",
  "windows-1258": "Vietnamese (Windows-1258)",
  shift_jis: "Japanese (Shift JIS)",
  gb18030: "Chinese (GB 18030)",
  big5: "Chinese (Big5)",
  "euc-kr": "Korean (EUC-KR)",
};

/** An encoding that a file may be in, and how its first unclear line reads in it. */
export type Encoding = { label: string; name: string; sample: string };

/** Lines that are compared to tell encodings apart. */
const COMPARED = 200;

/** The encodings in which all bytes are letters; of several that read the same, the first. */
export function encodingsOf({ bytes, lines }: Undecoded): Encoding[] {
  const known = new Set<string>();
  return Object.entries(ENCODINGS).flatMap(([label, name]) => {
    if (decodeAs(bytes, label) === undefined) return [];
    const read = lines.slice(0, COMPARED).map((line) => decodeAs(line.bytes, label) ?? "");
    const key = read.join("\n");
    // Control characters are where an encoding has no letters.
    if (known.has(key) || /[\u0080-\u009f]/u.test(key)) return [];
    known.add(key);
    return [{ label, name, sample: read[0] ?? "" }];
  });
}
