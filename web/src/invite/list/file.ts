import { decode, type Undecoded } from "./decode";

/** The largest file, in bytes; 10,000 people with all that an export has of them take less. */
const MAX_SIZE = 5_000_000;

/** What a file has, or why it cannot be taken. */
export type FileContent = { text: string } | { undecoded: Undecoded } | { refused: string };

/** Reads the file of a list. */
export async function readFile(file: Blob): Promise<FileContent> {
  if (file.size > MAX_SIZE) return { refused: "This file is too large: at most 5 MB." };
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return { refused: "This file cannot be read. It may have been moved; choose it again." };
  }
  const content = decode(bytes);
  // No text has this character, and most other files soon do.
  const isText = "text" in content ? !content.text.includes("\0") : !bytes.includes(0);
  if (!isText) {
    return { refused: "This is not a text file. Save the list as “CSV UTF-8”, and choose that." };
  }
  return content;
}
