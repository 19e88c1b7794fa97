/** The most that a file may have, in bytes; 5,000 people have some 300 kB. */
const MAX_SIZE = 5_000_000;

/** The text of a file, or why it cannot be taken. */
export type FileText = { text: string } | { refused: string };

/**
 * Reads a list that somebody has chosen. Spreadsheets write UTF-8, UTF-16 with a byte order mark,
 * or, in much of Europe and the Americas, Windows-1252 without any sign of it.
 */
export async function readFile(file: Blob): Promise<FileText> {
  if (file.size > MAX_SIZE) return { refused: "This file is too large: at most 5 MB." };
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return { refused: "This file cannot be read. It may have been moved; choose it again." };
  }
  const text = decode(bytes);
  // No text has this character, and most other files soon do.
  if (text.includes("\0")) {
    return { refused: "This is not a text file. Save the list as CSV, and choose that." };
  }
  return { text };
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
