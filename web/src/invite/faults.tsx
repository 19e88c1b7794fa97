import { Notice } from "../ui/notice";
import styles from "./invite.module.css";
import type { Fault } from "./list/rows";

/** The maximum number of faults that are shown. */
const SHOWN = 100;
/** The maximum number of characters that are shown of each fault. */
const LONGEST = 200;

/** A notice with the skipped lines of a list and the reasons. */
export function Faults({ faults }: { faults: readonly Fault[] }) {
  const count = faults.reduce((sum, { line, lastLine }) => sum + lastLine - line + 1, 0);
  return (
    <Notice tone="warn">
      <p>{count === 1 ? "1 line" : `${count.toLocaleString("en")} lines`} skipped:</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls by keyboard */}
      <ul className={styles.faults} tabIndex={0} aria-label="Skipped lines">
        {faults.slice(0, SHOWN).map((fault) => (
          <li key={`${fault.line} ${fault.cells.join()}`}>
            {placeOf(fault)}: <bdi>{textOf(fault)}</bdi> – {fault.reason}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** Formats the line numbers of a row. */
export const placeOf = ({ line, lastLine }: Pick<Fault, "line" | "lastLine">) =>
  line === lastLine ? `Line ${line}` : `Lines ${line} to ${lastLine}`;

function textOf({ cells }: Fault): string {
  const text = cells.filter((cell) => cell.trim()).join(", ");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
