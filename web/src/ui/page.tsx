import { ArrowLeft } from "lucide-react";
import { type ReactNode, type Ref, useEffect, useRef, useState } from "react";
import { Link, type To, useLocation } from "react-router";
import { cx } from "./cx";
import styles from "./page.module.css";

/** Sets the document title, followed by the product name. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · TokenVue`;
  }, [title]);
}

/**
 * The main heading of a page. It receives the focus after client-side navigation, so that screen
 * readers announce the new page, unless an input or a dialog has the focus.
 */
export function Heading({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { key } = useLocation();
  const [first] = useState(key === "default");
  useEffect(() => {
    if (!first && !document.activeElement?.matches("input, [role=dialog] *")) {
      heading.current?.focus({ preventScroll: true });
    }
  }, [first]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

/** A page of the console: a header with the main heading, and the content. */
export function Page({
  title,
  heading,
  lead,
  back,
  actions,
  children,
}: {
  title: string;
  /** The heading, if it differs from the title. */
  heading?: ReactNode;
  lead?: ReactNode;
  back?: { to: To; label: string };
  actions?: ReactNode;
  children: ReactNode;
}) {
  useTitle(title);
  return (
    <div className={styles.page}>
      {back && (
        <Link to={back.to} className={styles.back}>
          <ArrowLeft aria-hidden="true" />
          {back.label}
        </Link>
      )}
      <header className={styles.head}>
        <div className={styles.lead}>
          <Heading>{heading ?? title}</Heading>
          {lead && <p>{lead}</p>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A section of a page, with a border. */
export function Card({
  title,
  aside,
  flush,
  narrow,
  ref,
  children,
}: {
  title?: string;
  aside?: ReactNode;
  /** Removes the padding, for tables. */
  flush?: boolean;
  /** Limits the width, for forms. */
  narrow?: boolean;
  ref?: Ref<HTMLElement>;
  children: ReactNode;
}) {
  return (
    <section
      ref={ref}
      className={cx(styles.card, flush ? styles.flush : styles.padded, narrow && styles.narrow)}
      aria-label={title || undefined}
    >
      {title && (
        <div className={styles.cardHead}>
          <h2>{title}</h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}
