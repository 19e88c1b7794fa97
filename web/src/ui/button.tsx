import { Button as Base } from "@base-ui/react/button";
import type { ComponentProps } from "react";
import { type To, useHref, useLinkClickHandler } from "react-router";
import styles from "./button.module.css";
import { cx } from "./cx";

type Look = {
  /** `primary` for the main action of a page, `danger` for actions that cannot be undone. */
  look?: "plain" | "primary" | "danger" | "quiet" | "link";
  wide?: boolean;
  /** For a button that contains only an icon. Requires an `aria-label`. */
  icon?: boolean;
};

const classes = ({ look = "plain", wide, icon }: Look) =>
  cx(styles.button, styles[look], wide && styles.wide, icon && styles.icon);

/** A button. It is disabled while `busy`, but keeps its position and the focus. */
export function Button({
  look,
  wide,
  icon,
  busy,
  ...props
}: Look & { busy?: boolean } & Omit<ComponentProps<typeof Base>, "className">) {
  const disabled = busy === true || props.disabled === true;
  return (
    <Base
      type="button"
      {...props}
      aria-busy={busy || undefined}
      disabled={disabled}
      focusableWhenDisabled
      className={classes({ look, wide, icon } as Look)}
    />
  );
}

/**
 * A link that looks like a button. It is disabled if `to` is `undefined`, but keeps its position
 * and the focus.
 */
export function ButtonLink({
  look,
  wide,
  icon,
  to,
  ...props
}: Look & Omit<ComponentProps<"a">, "href" | "onClick"> & { to: To | undefined }) {
  const href = useHref(to ?? "");
  const go = useLinkClickHandler<HTMLAnchorElement>(to ?? "");
  const leads = to === undefined ? NOWHERE : { href, onClick: go };
  return <a {...props} {...leads} className={classes({ look, wide, icon } as Look)} />;
}

const NOWHERE = { role: "link", "aria-disabled": true, tabIndex: 0 };
