import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx";
import styles from "./notice.module.css";

const ICONS = { info: Info, good: CircleCheck, warn: TriangleAlert, danger: CircleAlert };

/** A message inside a page or form. Screen readers announce `danger` immediately. */
export function Notice({
  tone = "info",
  children,
}: {
  tone?: keyof typeof ICONS;
  children: ReactNode;
}) {
  const Icon = ICONS[tone];
  return (
    <div className={cx(styles.notice, styles[tone])} role={tone === "danger" ? "alert" : undefined}>
      <Icon aria-hidden="true" />
      <div className={styles.body}>{children}</div>
    </div>
  );
}
