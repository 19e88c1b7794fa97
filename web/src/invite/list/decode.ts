/** The text of a file, or its bytes if the encoding is unknown. */
export type Decoded = { text: string } | { undecoded: Undecoded };

/** Bytes that are neither UTF-8 nor UTF-16. */
export type Undecoded = {
  bytes: Uint8Array;
  /** The lines that are not valid UTF-8, numbered from one. */
  lines: { line: number; bytes: Uint8Array }[];
};

/**
 * Decodes UTF-8 with or without a byte order mark, and UTF-16, which spreadsheets call "Unicode
 * text". Does not guess other encodings, because the same bytes are letters in many of them.
 */
export function decode(bytes: Uint8Array): Decoded {
  const utf16 = utf16In(bytes);
  if (utf16) return { text: new TextDecoder(utf16).decode(bytes) };
  const text = decodeAs(bytes, "utf-8");
  if (text !== undefined) return { text };
  const lines = linesIn(bytes).filter(({ bytes }) => decodeAs(bytes, "utf-8") === undefined);
  return { undecoded: { bytes, lines } };
}

/** Decodes bytes by a label of the WHATWG Encoding Standard. `undefined` if they are invalid. */
export function decodeAs(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The number of bytes that are examined to detect UTF-16 without a byte order mark. */
const SAMPLE = 2048;

function utf16In(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  // Lists are mostly ASCII: every other byte of UTF-16 is 0 then. Text in other encodings has no 0.
  const zeros = [0, 0];
  const sample = bytes.subarray(0, SAMPLE);
  sample.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  const many = sample.length / 4;
  if (even === 0 && odd > many) return "utf-16le";
  if (odd === 0 && even > many) return "utf-16be";
  return undefined;
}

const LF = 0x0a;
const CR = 0x0d;

/** Splits bytes into lines, in any encoding that is a superset of ASCII. */
function linesIn(bytes: Uint8Array): { line: number; bytes: Uint8Array }[] {
  const lines: { line: number; bytes: Uint8Array }[] = [];
  let start = 0;
  for (let at = 0; at <= bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte !== undefined && byte !== LF && byte !== CR) continue;
    lines.push({ line: lines.length + 1, bytes: bytes.subarray(start, at) });
    if (byte === CR && bytes[at + 1] === LF) at += 1;
    start = at + 1;
  }
  return lines;
}
