import type { ComponentType, CSSProperties, ReactNode } from "react";
import { cx } from "./cx";
import styles from "./elements.module.css";

export type Tone = "plain" | "good" | "warn" | "danger" | "accent";

/** A short word about the state of something. */
export function Badge({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={cx(styles.badge, tone !== "plain" && styles[tone])}>{children}</span>;
}

const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The first letters of the first and last word, whatever the script. */
function initials(name: string) {
  const words = name.trim().split(/\s+/u);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  const first = (word = "") => [...letters.segment(word)][0]?.segment ?? "";
  return ends.map(first).join("").toLocaleUpperCase();
}

/** A person's or workspace's initials. The name itself is shown next to it. */
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

/** A placeholder of the given width while a text loads. */
export const Skeleton = ({ width = "60%" }: { width?: string }) => (
  <span
    aria-hidden="true"
    className={styles.skeleton}
    style={{ "--skeleton": width } as CSSProperties}
  />
);

/** An empty state, with what to do next. */
export function Empty({
  icon: Icon,
  title,
  level = 2,
  children,
  actions,
}: {
  icon: ComponentType<{ "aria-hidden": "true" }>;
  title: string;
  /** Of the heading: 1 where this is all that the page has. */
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
