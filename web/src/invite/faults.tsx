import { Notice } from "../ui/notice";
import styles from "./invite.module.css";
import type { Fault } from "./list/rows";

/** Lines that are shown. */
const SHOWN = 100;
/** Characters of a line that are shown. */
const LONGEST = 200;

/** Skipped lines of a list, with their reasons. */
export function Faults({ faults }: { faults: readonly Fault[] }) {
  const count = faults.reduce((sum, { line, lastLine }) => sum + lastLine - line + 1, 0);
  return (
    <Notice tone="warn">
      <p>{count === 1 ? "1 line" : `${count.toLocaleString("en")} lines`} skipped:</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
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

/** The lines of a row. */
export const placeOf = ({ line, lastLine }: Pick<Fault, "line" | "lastLine">) =>
  line === lastLine ? `Line ${line}` : `Lines ${line} to ${lastLine}`;

function textOf({ cells }: Fault): string {
  const text = cells.filter((cell) => cell.trim()).join(", ");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
