import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronDown } from "lucide-react";
import { cx } from "./cx";
import field from "./field.module.css";
import styles from "./popup.module.css";

type Option<T> = { value: T; label: string; about?: string };

type Props<T> = {
  options: readonly Option<T>[];
  value: T;
  onChange: (value: T) => void;
  /** Shown above the field, or only available to screen readers if `bare`. */
  label: string;
  bare?: boolean;
  /** Takes the full width of the container. */
  wide?: boolean;
  disabled?: boolean;
  name?: string;
};

/** A select field for a few options, which can have a description. */
export function Select<T extends string>(props: Props<T>) {
  const { options, value, onChange, label, bare, wide, disabled = false, name } = props;
  return (
    <Base.Root
      items={options as Option<T>[]}
      value={value}
      onValueChange={(next) => next !== null && onChange(next)}
      disabled={disabled}
      {...(name ? { name } : {})}
    >
      <div className={bare ? undefined : styles.field}>
        {!bare && <Base.Label className={field.label}>{label}</Base.Label>}
        <Base.Trigger
          className={cx(styles.trigger, wide && styles.wide)}
          aria-label={bare ? `${label}: ${nameOf(options, value)}` : undefined}
        >
          <Base.Value />
          <ChevronDown aria-hidden="true" />
        </Base.Trigger>
      </div>
      <Base.Portal>
        <Base.Positioner
          className={styles.positioner}
          alignItemWithTrigger={false}
          sideOffset={6}
          align="start"
        >
          <Base.Popup className={styles.popup}>
            {options.map((option) => (
              <Base.Item key={option.value} value={option.value} className={styles.item}>
                <span className={styles.text}>
                  <Base.ItemText>{option.label}</Base.ItemText>
                  {option.about && <span className={styles.about}>{option.about}</span>}
                </span>
                <span className={styles.check}>
                  <Base.ItemIndicator>
                    <Check aria-hidden="true" />
                  </Base.ItemIndicator>
                </span>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

const nameOf = <T,>(options: readonly Option<T>[], value: T) =>
  options.find((option) => option.value === value)?.label ?? "";
