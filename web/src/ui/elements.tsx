import type { ComponentType, CSSProperties, ReactNode } from "react";
import { cx } from "./cx";
import styles from "./elements.module.css";

export type Tone = "plain" | "good" | "warn" | "danger" | "accent";

/** A short label that shows a state. */
export function Badge({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={cx(styles.badge, tone !== "plain" && styles[tone])}>{children}</span>;
}

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Returns the first letters (graphemes) of the first and the last word. Works for all scripts. */
function initials(name: string) {
  const words = name.trim().split(/\s+/u);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  const first = (word = "") => [...letters.segment(word)][0]?.segment ?? "";
  return ends.map(first).join("").toLocaleUpperCase();
}

/** The initials of a user or workspace. Hidden from screen readers: the name is next to it. */
export function Avatar({
  name,
  large,
  square,
}: {
  name: string;
  large?: boolean;
  square?: boolean;
}) {
  const look = cx(styles.avatar, large && styles.large, square && styles.square);
  return (
    <span aria-hidden="true" className={look}>
      {initials(name)}
    </span>
  );
}

/** A placeholder of the given width that is shown while a text loads. */
export const Skeleton = ({ width = "60%" }: { width?: string }) => (
  <span
    aria-hidden="true"
    className={styles.skeleton}
    style={{ "--skeleton": width } as CSSProperties}
  />
);

/** An empty state with a title, an explanation and the next actions. */
export function Empty({
  icon: Icon,
  title,
  level = 2,
  children,
  actions,
}: {
  icon: ComponentType<{ "aria-hidden": "true" }>;
  title: string;
  /** The heading level: 1 if the page has no other content. */
  level?: 1 | 2;
  children?: ReactNode;
  actions?: ReactNode;
}) {
  const Title = level === 1 ? "h1" : "h2";
  return (
    <div className={styles.empty}>
      <Icon aria-hidden="true" />
      <Title>{title}</Title>
      {children && <p>{children}</p>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
