import { AlertDialog } from "@base-ui/react/alert-dialog";
import { Dialog as Base } from "@base-ui/react/dialog";
import { type ReactNode, useRef } from "react";
import { Button } from "./button";
import { cx } from "./cx";
import styles from "./dialog.module.css";
import { Buttons } from "./field";

type Shown = { open: boolean; onClose: () => void };

/** A dialog with a title. Escape and clicks outside close it, but only if it has an `onClose`. */
export function Dialog({
  open,
  onClose,
  title,
  initialFocus,
  children,
}: Partial<Pick<Shown, "onClose">> & {
  open: boolean;
  title: string;
  /** A CSS selector for the element to focus initially. The default is the first control. */
  initialFocus?: string;
  children: ReactNode;
}) {
  const popup = useRef<HTMLDivElement>(null);
  const find = () => popup.current?.querySelector<HTMLElement>(initialFocus ?? "") ?? true;
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => next || onClose?.()}
      disablePointerDismissal={!onClose}
    >
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup
            data-covers
            ref={popup}
            className={styles.popup}
            {...(initialFocus ? { initialFocus: find } : {})}
          >
            <Base.Title className={styles.title}>{title}</Base.Title>
            {children}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

/** A dialog near the top of the window, without a title or padding, for the command palette. */
export function BareDialog({
  open,
  onClose,
  label,
  finalFocus,
  children,
}: Shown & {
  label: string;
  /** Returns the element to focus after closing, or `true` for the one that had the focus. */
  finalFocus: () => HTMLElement | true;
  children: ReactNode;
}) {
  return (
    <Base.Root open={open} onOpenChange={(next) => next || onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Viewport className={cx(styles.viewport, styles.top)}>
          <Base.Popup
            data-covers
            aria-label={label}
            finalFocus={finalFocus}
            className={cx(styles.popup, styles.bare)}
          >
            {children}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

/** A dialog that asks for confirmation of an action. Clicks outside do not close it. */
export function Confirm({
  open,
  onClose,
  title,
  children,
  action,
  onConfirm,
  tone = "danger",
  busy = false,
}: Shown & {
  title: string;
  children: ReactNode;
  /** The label of the confirm button, a verb such as "Remove". */
  action: string;
  onConfirm: () => void;
  tone?: "danger" | "primary";
  busy?: boolean;
}) {
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => next || onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Viewport className={styles.viewport}>
          <AlertDialog.Popup data-covers className={styles.popup}>
            <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
            <AlertDialog.Description render={<div />} className={styles.description}>
              {children}
            </AlertDialog.Description>
            <Buttons end>
              <AlertDialog.Close render={<Button />}>Cancel</AlertDialog.Close>
              <Button look={tone} busy={busy} onClick={onConfirm}>
                {action}
              </Button>
            </Buttons>
          </AlertDialog.Popup>
        </AlertDialog.Viewport>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
