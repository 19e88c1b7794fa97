import Papa from "papaparse";

/** A record of a list, usually a single line. */
export type Row = {
  /** The number of its first line, counted from one. */
  line: number;
  /** The number of its last line. It differs from `line` if a quoted cell has line breaks. */
  lastLine: number;
  cells: string[];
};

/** A row that is skipped, and the reason. */
export type Fault = Row & { reason: string };

export type Rows = {
  rows: Row[];
  /** Rows with invalid quotes. The source of each is a single cell. */
  broken: Fault[];
  /** A row with a quote that is never closed. Its last cell contains the rest of the text. */
  unclosed?: Fault;
};

export const SEPARATORS = [",", ";", "\t", "|"] as const;
export type Separator = (typeof SEPARATORS)[number];

/** Converts line endings to `\n`, for line numbers, and removes leading byte order marks. */
export const plainText = (text: string) => text.replace(/^\uFEFF+/u, "").replace(/\r\n|\r/gu, "\n");

/**
 * Parses rows in the format of RFC 4180, with any separator, and omits blank rows. `most` is the
 * maximum number of rows to parse, including blank ones; 0 means no limit.
 */
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
        // The parser can only guess the cells of this row, so the source is kept instead.
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

/** Writes rows as comma-separated values that `readRows` can parse. */
export const writeRows = (rows: readonly (readonly string[])[]): string =>
  Papa.unparse(rows as string[][], { delimiter: ",", newline: "\n" });
