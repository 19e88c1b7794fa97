import { useMemo } from "react";
import { Notice } from "../ui/notice";
import { Select } from "../ui/select";
import { decodeAs, type Undecoded } from "./list/decode";
import { encodingsOf } from "./list/encodings";
import type { Source } from "./source";

/** The maximum number of line numbers that are listed. */
const NAMED = 5;

/**
 * A notice that lists the lines of a file that are not in UTF-8, with a select of possible
 * encodings. Each option shows the first of these lines in its encoding.
 */
export function EncodingChoice({
  source,
  file,
  undecoded,
  onSource,
}: {
  source: Source;
  file: NonNullable<Source["file"]>;
  undecoded: Undecoded;
  onSource: (source: Source) => void;
}) {
  const encodings = useMemo(() => encodingsOf(undecoded), [undecoded]);
  const options = [
    ...(file.encoding ? [] : [{ value: "", label: "Choose…" }]),
    ...encodings.map(({ label, name, sample }) => ({ value: label, label: name, about: sample })),
  ];
  const choose = (encoding: string) => {
    if (!encoding) return;
    const text = decodeAs(undecoded.bytes, encoding) ?? "";
    onSource({ ...source, text, file: { ...file, encoding } });
  };
  return (
    <Notice tone={file.encoding ? "info" : "danger"}>
      <p>
        {linesText(undecoded)} not in UTF-8. Save the list as “CSV UTF-8” and choose it again
        {encodings.length > 0 && ", or choose the encoding in which the letters are right"}.
      </p>
      {encodings.length > 0 && (
        <Select
          label="Encoding of the file"
          value={file.encoding ?? ""}
          options={options}
          onChange={choose}
        />
      )}
    </Notice>
  );
}

function linesText({ lines }: Undecoded): string {
  const named = lines.slice(0, NAMED).map(({ line }) => line);
  if (lines.length === 1) return `Line ${named[0]} is`;
  const more = lines.length > NAMED ? ` and ${lines.length - NAMED} more` : "";
  return `Lines ${named.join(", ")}${more} are`;
}
