import Papa from "papaparse";

/** A record of a list: usually a line. */
export type Row = {
  /** The line on which it begins, counted from one. */
  line: number;
  /** The line on which it ends; another one if a quoted cell has line breaks. */
  lastLine: number;
  cells: string[];
};

/** Lines of a list that are skipped, and why. */
export type Fault = Row & { reason: string };

export type Rows = {
  rows: Row[];
  /** Rows with quotes that cannot be right, each as a single cell. */
  broken: Fault[];
  /** A quote that is never closed: what follows it is a single cell. */
  unclosed?: Fault;
};

export const SEPARATORS = [",", ";", "\t", "|"] as const;
export type Separator = (typeof SEPARATORS)[number];

/** All line ends as `\n`, which is what line numbers are counted by, and no byte order marks at its start. */
export const plainText = (text: string) => text.replace(/^\uFEFF+/u, "").replace(/\r\n|\r/gu, "\n");

/** Reads rows as RFC 4180 describes them, with any separator. Blank ones are left out. */
export function readRows(text: string, separator: Separator, most = 0): Rows {
  const result: Rows = { rows: [], broken: [] };
  let start = 0;
  let line = 1;
  Papa.parse<string[]>(text, {
    delimiter: separator,
    newline: "\n",
    preview: most,
    step: ({ data: cells, errors, meta }) => {
      const source = text.slice(start, meta.cursor);
      const breaks = countBreaks(source);
      const lastLine = line + breaks - (source.endsWith("\n") ? 1 : 0);
      const row = { line, lastLine: Math.max(line, lastLine), cells };
      const opened = (index = 0) => line + countBreaks(text.slice(start, index));
      const [error] = errors.filter(({ type }) => type === "Quotes");
      if (error?.code === "MissingQuotes") {
        result.unclosed = {
          ...row,
          line: opened(error.index),
          reason: 'A quote (") is opened here and never closed.',
        };
      } else if (error) {
        // What its cells are is a guess: it stays as it is.
        const cells = [source.replace(/\n$/u, "")];
        result.broken.push({ ...row, cells, reason: brokenQuote(opened(error.index)) });
      } else if (cells.some((cell) => cell.trim())) result.rows.push(row);
      start = meta.cursor;
      line += breaks;
    },
  });
  return result;
}

const brokenQuote = (line: number) =>
  `A quote (") opened on line ${line} is not closed correctly. Inside quotes, write it twice.`;

function countBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

/** The reverse of reading rows. */
export const writeRows = (rows: readonly (readonly string[])[]): string =>
  Papa.unparse(rows as string[][], { delimiter: ",", newline: "\n" });
