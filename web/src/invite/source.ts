import type { Use } from "./list/columns";
import type { Undecoded } from "./list/decode";
import type { Encoding } from "./list/encodings";
import type { Origin } from "./list/read";

/** How the user chose to read a list: as a table, or every address as a person. */
export type Choice = { hasHeader: boolean; uses: readonly Use[] } | "addresses";

/** The text of a list and its origin: typed, pasted or a file. */
export type Source = {
  text: string;
  origin: Origin;
  /** Undefined while the text is edited in the page. */
  file?: {
    name: string;
    /** Set if the encoding is unknown. The text is empty until the user chooses one. */
    undecoded?: Undecoded;
    encoding?: Encoding["label"];
  };
  /** The user's choice, which applies to lists of one shape (kind, header and width). */
  chosen?: { shape: string; choice: Choice };
};

export const typed = (text: string): Source => ({ text, origin: "typed" });
