import { decode, type Undecoded } from "./decode";

/** The maximum file size in bytes. An export of 10,000 people with all its columns is smaller. */
const MAX_SIZE = 5_000_000;

/** The content of a file, or the reason why the file is refused. */
export type FileContent = { text: string } | { undecoded: Undecoded } | { refused: string };

/** Reads a list from a file, and refuses files that are too large or not text. */
export async function readFile(file: Blob): Promise<FileContent> {
  if (file.size > MAX_SIZE) return { refused: "This file is too large: at most 5 MB." };
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return { refused: "This file cannot be read. It may have been moved; choose it again." };
  }
  const content = decode(bytes);
  // Text never contains NUL, but most binary files do.
  const isText = "text" in content ? !content.text.includes("\0") : !bytes.includes(0);
  if (!isText) {
    return { refused: "This is not a text file. Save the list as “CSV UTF-8”, and choose that." };
  }
  return content;
}
