import { ArrowLeft } from "lucide-react";
import { type ReactNode, type Ref, useEffect, useRef, useState } from "react";
import { Link, type To, useLocation } from "react-router";
import { cx } from "./cx";
import styles from "./page.module.css";

/** Sets the document's title. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · TokenVue`;
  }, [title]);
}

/** A heading that is focused when its page was reached from another one, for screen readers. */
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

/** A page inside of the console's frame. */
export function Page({
  title,
  heading,
  lead,
  back,
  actions,
  children,
}: {
  title: string;
  /** Where it is not the title. */
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

/** A framed part of a page. */
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
  /** Without space inside, for tables. */
  flush?: boolean;
  /** For forms, whose fields need no more. */
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
