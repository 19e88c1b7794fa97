import type { Ref } from "react";
import { Button } from "../ui/button";
import { Notice } from "../ui/notice";
import { labelOf } from "./column-step";
import { Faults, placeOf } from "./faults";
import styles from "./invite.module.css";
import type { People } from "./list/people";
import type { Row } from "./list/rows";
import type { Reading } from "./use-list";

export const howMany = (count: number) =>
  count === 1 ? "1 person" : `${count.toLocaleString("en")} people`;

/** A summary of a list: people, duplicates, removed people, columns and skipped lines. */
export function Found({
  reading: { list, uses, people },
  left,
  onPutBack,
  onAsk,
  ref,
}: {
  reading: Reading;
  left: number;
  onPutBack: () => void;
  /** Opens the step in which columns are matched. */
  onAsk: () => void;
  ref: Ref<HTMLParagraphElement>;
}) {
  const isEmpty = list.rows.length + list.faults.length === 0 && !list.header;
  return (
    <div aria-live="polite" className={styles.main}>
      {list.stop && <Stopped stop={list.stop} />}
      {people && !isEmpty && (
        <p ref={ref} tabIndex={-1}>
          {howMany(people.people.length)} found.{" "}
          {people.repeated.length > 0 && duplicates(people.repeated)}
          {left > 0 && (
            <>
              {" "}
              {howMany(left)} removed.{" "}
              <Button look="link" onClick={onPutBack}>
                Restore
              </Button>
            </>
          )}
        </p>
      )}
      {people && list.kind === "table" && (
        <p className="muted">
          {columnsText(list.header?.cells, uses)}{" "}
          <Button look="link" onClick={onAsk}>
            Change columns
          </Button>
        </p>
      )}
      {people && people.faults.length > 0 && <Faults faults={people.faults} />}
    </div>
  );
}

function Stopped({ stop }: { stop: NonNullable<Reading["list"]["stop"]> }) {
  const { line, lastLine, reason } = stop;
  return (
    <Notice tone="danger">
      <p>
        {line !== undefined && `Line ${line}: `}
        {reason}
        {line !== undefined &&
          ` ${placeOf({ line, lastLine: lastLine ?? line })} cannot be read. Correct the list first.`}
      </p>
    </Notice>
  );
}

/** The maximum number of line numbers that are listed. */
const NAMED = 5;

function duplicates(rows: People["repeated"]): string {
  const lines = rows.slice(0, NAMED).map(({ line }: Row) => line);
  const more = rows.length > NAMED ? ", …" : "";
  const where = `${rows.length === 1 ? "line" : "lines"} ${lines.join(", ")}${more}`;
  const what = rows.length === 1 ? "1 duplicate" : `${rows.length.toLocaleString("en")} duplicates`;
  return `${what} ignored (${where}).`;
}

function columnsText(header: readonly string[] | undefined, uses: Reading["uses"]): string {
  const name = (column: number) => header?.[column]?.trim() || `column ${column + 1}`;
  const used = uses.flatMap((use, column) =>
    use === "none" ? [] : [`${labelOf(use)} from “${name(column)}”`],
  );
  const others = uses.filter((use) => use === "none").length;
  const rest = others === 0 ? "" : `; ${others} not imported`;
  return `Columns: ${used.join(", ")}${rest}.`;
}
