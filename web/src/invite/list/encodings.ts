import { decodeAs, type Undecoded } from "./decode";

/** Encodings of spreadsheets and older programs, by label in the WHATWG Encoding Standard. */
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

/** An encoding that a file may be in. `sample` is its first line that is not UTF-8, decoded. */
export type Encoding = { label: string; name: string; sample: string };

/** The maximum number of lines that are compared to distinguish encodings. */
const COMPARED = 200;

/** Returns the encodings that can decode a file, and only the first of those with equal results. */
export function encodingsOf({ bytes, lines }: Undecoded): Encoding[] {
  const known = new Set<string>();
  return Object.entries(ENCODINGS).flatMap(([label, name]) => {
    if (decodeAs(bytes, label) === undefined) return [];
    const read = lines.slice(0, COMPARED).map((line) => decodeAs(line.bytes, label) ?? "");
    const key = read.join("\n");
    // An encoding decodes bytes that it does not define to C1 control characters.
    if (known.has(key) || /[\u0080-\u009f]/u.test(key)) return [];
    known.add(key);
    return [{ label, name, sample: read[0] ?? "" }];
  });
}
