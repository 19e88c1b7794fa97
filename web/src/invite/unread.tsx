import { Notice } from "../ui/notice";
import styles from "./invite.module.css";
import type { Reading } from "./people";

/** Lines that nobody could be read from, and `what` became or becomes of them. */
export const Unread = ({ lines, what }: { lines: Reading["unread"]; what: string }) => (
  <Notice tone="warn">
    <p>
      {lines.length === 1 ? "1 line was" : `${lines.length.toLocaleString("en")} lines were`} {what}
      :
    </p>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
    <ul className={styles.unread} tabIndex={0} aria-label="Lines that were not understood">
      {lines.slice(0, 100).map(({ line, text, reason }) => (
        <li key={`${line} ${text}`}>
          Line {line}: <bdi>{text}</bdi> – {reason}
        </li>
      ))}
    </ul>
  </Notice>
);
