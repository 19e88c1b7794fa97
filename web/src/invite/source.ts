import type { Use } from "./list/columns";
import type { Undecoded } from "./list/decode";
import type { Encoding } from "./list/encodings";
import type { Origin } from "./list/read";

/** How to read a list, and what its columns are used for. */
export type Choice = { hasHeader: boolean; uses: readonly Use[] } | "addresses";

/** Where a list comes from: the keyboard, the clipboard or a file. */
export type Source = {
  text: string;
  origin: Origin;
  /** Left out if the text can be edited. */
  file?: {
    name: string;
    /** Its bytes, if it does not say which encoding it is in; the text is empty until one is chosen. */
    undecoded?: Undecoded;
    encoding?: Encoding["label"];
  };
  /** What was chosen for lists of a shape. */
  chosen?: { shape: string; choice: Choice };
};

export const typed = (text: string): Source => ({ text, origin: "typed" });
