import { Menu as Base } from "@base-ui/react/menu";
import type { ComponentType, ReactElement, ReactNode } from "react";
import { Link } from "react-router";
import { cx } from "./cx";
import styles from "./popup.module.css";

type Icon = ComponentType<{ "aria-hidden": "true" }>;

/** A menu. `trigger` is the button that opens it. */
export function Menu({
  trigger,
  align = "end",
  children,
}: {
  trigger: ReactElement;
  align?: "start" | "end";
  children: ReactNode;
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={styles.positioner} align={align} sideOffset={6}>
          <Base.Popup className={styles.popup}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export function MenuItem({
  icon: Icon,
  danger,
  onSelect,
  children,
}: {
  icon?: Icon;
  danger?: boolean;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Base.Item className={cx(styles.item, danger && styles.danger)} onClick={onSelect}>
      {Icon && <Icon aria-hidden="true" />}
      {children}
    </Base.Item>
  );
}

export function MenuLink({
  icon: Icon,
  to,
  children,
}: {
  icon?: Icon;
  to: string;
  children: ReactNode;
}) {
  return (
    <Base.LinkItem className={styles.item} render={<Link to={to} />}>
      {Icon && <Icon aria-hidden="true" />}
      {children}
    </Base.LinkItem>
  );
}

export const MenuLine = () => <Base.Separator className={styles.separator} />;

/** A group of menu items, exactly one of which is selected. */
export function MenuChoice<T extends string>({
  label,
  value,
  onChange,
  options,
}: {
  label: string;
  value: T;
  onChange: (value: T) => void;
  options: readonly { value: T; label: ReactNode; about?: string; icon?: Icon }[];
}) {
  return (
    <Base.RadioGroup value={value} onValueChange={onChange}>
      <Base.GroupLabel className={styles.label}>{label}</Base.GroupLabel>
      {options.map(({ value, label, about, icon: Icon }) => (
        <Base.RadioItem key={value} value={value} closeOnClick className={styles.item}>
          {Icon && <Icon aria-hidden="true" />}
          <span className={styles.text}>
            {label}
            {about && <span className={styles.about}>{about}</span>}
          </span>
          <span className={styles.check}>
            <Base.RadioItemIndicator>✓</Base.RadioItemIndicator>
          </span>
        </Base.RadioItem>
      ))}
    </Base.RadioGroup>
  );
}
