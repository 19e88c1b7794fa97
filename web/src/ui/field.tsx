import { Checkbox as BaseCheckbox } from "@base-ui/react/checkbox";
import { Field } from "@base-ui/react/field";
import { Form as BaseForm } from "@base-ui/react/form";
import { Check } from "lucide-react";
import { type ComponentProps, type ReactNode, useState } from "react";
import type { Problem } from "../api/problem";
import { cx } from "./cx";
import styles from "./field.module.css";
import { Notice } from "./notice";

/**
 * A form whose values a mutation sends. An error is shown at its field, which receives the focus,
 * or above the form if it concerns no field. The fields keep their values.
 */
export function Form({
  problem,
  onSend,
  children,
  ...props
}: {
  problem?: Problem | undefined;
  onSend: (values: Record<string, string>) => unknown;
} & Omit<ComponentProps<typeof BaseForm>, "onSubmit" | "onFormSubmit" | "errors" | "className">) {
  return (
    <BaseForm
      {...props}
      className={styles.form}
      errors={problem?.fields ?? NO_ERRORS}
      onFormSubmit={(values) => onSend(values as Record<string, string>)}
    >
      {problem?.message && <Notice tone="danger">{problem.message}</Notice>}
      {children}
    </BaseForm>
  );
}

const NO_ERRORS = {};

/** A row of buttons at the end of a form or dialog. */
export function Buttons({ end, children }: { end?: boolean; children: ReactNode }) {
  return <div className={cx(styles.buttons, end && styles.end)}>{children}</div>;
}

type Labelled = { name: string; label: string; hint?: ReactNode; optional?: boolean };

function Shell({ name, label, hint, optional, children }: Labelled & { children: ReactNode }) {
  return (
    <Field.Root name={name} className={styles.field}>
      <Field.Label className={styles.label}>
        {label}
        {optional && <span className={styles.optional}> (optional)</span>}
      </Field.Label>
      {children}
      {hint && <Field.Description className={styles.hint}>{hint}</Field.Description>}
      <Field.Error className={styles.error} />
    </Field.Root>
  );
}

/** A single-line text field. `name` is the field of the mutation's input that errors refer to. */
export function TextField({
  name,
  label,
  hint,
  optional,
  ...input
}: Labelled & Omit<ComponentProps<typeof Field.Control>, "name" | "className">) {
  return (
    <Shell {...{ name, label, hint, optional: optional ?? false }}>
      <Field.Control {...input} className={styles.input} />
    </Shell>
  );
}

/**
 * A field for an email address. The server validates it: with `type="email"`, browsers accept
 * only ASCII before the `@` (HTML standard), but RFC 6531 also allows other letters.
 */
export const EmailField = (props: Omit<ComponentProps<typeof TextField>, "type">) => (
  <TextField inputMode="email" autoCapitalize="none" spellCheck={false} {...props} />
);

/** A multi-line text field. */
export function TextArea({
  name,
  label,
  hint,
  optional,
  ...input
}: Labelled & Omit<ComponentProps<"textarea">, "name" | "className">) {
  return (
    <Shell {...{ name, label, hint, optional: optional ?? false }}>
      <Field.Control render={<textarea {...input} />} className={styles.input} />
    </Shell>
  );
}

/**
 * A password field with a button that reveals the password. `autoComplete` tells password managers
 * which password it is.
 */
export function PasswordField({
  name,
  label,
  hint,
  autoComplete,
}: Omit<Labelled, "optional"> & { autoComplete: "current-password" | "new-password" }) {
  const [shown, setShown] = useState(false);
  return (
    <Shell {...{ name, label, hint }}>
      <div className={styles.revealed}>
        <Field.Control
          className={styles.input}
          type={shown ? "text" : "password"}
          autoComplete={autoComplete}
          autoCapitalize="off"
          spellCheck={false}
          required
        />
        <button
          type="button"
          className={styles.reveal}
          aria-label={shown ? "Hide password" : "Show password"}
          onClick={() => setShown(!shown)}
        >
          {shown ? "Hide" : "Show"}
        </button>
      </div>
    </Shell>
  );
}

/** A checkbox with its label. */
export function Checkbox({
  children,
  ...props
}: { children: ReactNode } & Omit<ComponentProps<typeof BaseCheckbox.Root>, "className">) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the checkbox inside
    <label className={styles.checkbox}>
      <BaseCheckbox.Root {...props} className={styles.box}>
        <BaseCheckbox.Indicator>
          <Check aria-hidden="true" strokeWidth={3} />
        </BaseCheckbox.Indicator>
      </BaseCheckbox.Root>
      <span>{children}</span>
    </label>
  );
}
