import { Button as Base } from "@base-ui/react/button";
import type { ComponentProps } from "react";
import { Link, type LinkProps } from "react-router";
import styles from "./button.module.css";
import { cx } from "./cx";

type Look = {
  /** `primary` for what a page is for, `danger` for what cannot be taken back. */
  look?: "plain" | "primary" | "danger" | "quiet" | "link";
  wide?: boolean;
  /** Only an icon: give an `aria-label`. */
  icon?: boolean;
};

const classes = ({ look = "plain", wide, icon }: Look) =>
  cx(styles.button, styles[look], wide && styles.wide, icon && styles.icon);

/** A button. While `busy` it keeps its place and the focus, but does nothing. */
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

/** A link that looks like a button. */
export function ButtonLink({ look, wide, icon, ...props }: Look & LinkProps) {
  return <Link {...props} className={classes({ look, wide, icon } as Look)} />;
}
