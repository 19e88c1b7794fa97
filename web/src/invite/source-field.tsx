import { FileText, Upload } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { Button } from "../ui/button";
import { TextArea } from "../ui/field";
import { Notice } from "../ui/notice";
import { EncodingChoice } from "./encoding-choice";
import styles from "./invite.module.css";
import { readFile } from "./list/file";
import { TEMPLATE } from "./list/write";
import { type Source, typed } from "./source";

/** The maximum length in characters of text from a file that can be edited: more slows browsers. */
const EDITABLE = 200_000;

/** A field for the list, which can be typed, pasted, chosen as a file or dropped. */
export function SourceField({
  source,
  onSource,
}: {
  source: Source;
  onSource: (source: Source) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  const [over, setOver] = useState(false);
  const [refused, setRefused] = useState("");
  // The typed text, which is restored when the file is removed.
  const [before, setBefore] = useState("");
  const { file } = source;
  const take = async (files: FileList | null | undefined) => {
    const [first] = files ?? [];
    if (!first) return;
    const content = await readFile(first);
    setRefused("refused" in content ? content.refused : "");
    if ("refused" in content) return;
    if (!file) setBefore(source.text);
    const { name } = first;
    // Keeps the chosen columns, which also apply to a corrected version of the list.
    const next = { ...source, origin: "file" } as const;
    if ("text" in content) onSource({ ...next, text: content.text, file: { name } });
    else onSource({ ...next, text: "", file: { name, ...content } });
  };
  const edit = (next: Source) => {
    onSource(next);
    // The text area is not rendered before the next frame.
    requestAnimationFrame(() => text.current?.focus());
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an alternative to the button
    <div
      className={styles.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      {file ? (
        <div className={styles.file}>
          <FileText aria-hidden="true" size={16} />
          <bdi>{file.name}</bdi>
          {source.text !== "" && source.text.length <= EDITABLE && (
            <Button look="link" onClick={() => edit(withoutFile(source))}>
              Edit as text
            </Button>
          )}
          <Button look="link" onClick={() => edit(typed(before))}>
            Remove the file
          </Button>
        </div>
      ) : (
        <TextArea
          ref={text}
          name="people"
          label="People"
          hint="One email per line, or comma-separated. CSV columns: email, first name, last name, role."
          value={source.text}
          onChange={(event) => {
            const next = event.target.value;
            onSource(next ? { ...source, text: next } : typed(""));
          }}
          rows={6}
          spellCheck={false}
        />
      )}
      {file?.undecoded && (
        <EncodingChoice {...{ source, file, onSource }} undecoded={file.undecoded} />
      )}
      <div className={styles.file}>
        <input
          ref={input}
          type="file"
          accept=".csv,.tsv,.txt,text/csv,text/plain"
          hidden
          aria-label="CSV file"
          onChange={(event) => {
            take(event.target.files);
            event.target.value = "";
          }}
        />
        <Button onClick={() => input.current?.click()}>
          <Upload aria-hidden="true" size={16} />
          {file ? "Choose another file" : "Choose a CSV file"}
        </Button>
        <span className="muted">or drop it here</span>
        <Button look="link" onClick={downloadTemplate}>
          Download template
        </Button>
      </div>
      {refused && <Notice tone="danger">{refused}</Notice>}
    </div>
  );
}

const withoutFile = ({ file, ...source }: Source): Source => source;

function downloadTemplate() {
  const url = URL.createObjectURL(new Blob([TEMPLATE], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "people.csv";
  link.click();
  URL.revokeObjectURL(url);
}
