import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import styles from "./toasts.module.css";

/** The button of a toast that reverts the change. Its default label is "Undo". */
type Undo = { label?: string; run: () => unknown };

/** Returns functions that show toasts: `done` after a change, `problem` after an error. */
export function useToasts() {
  const manager = Toast.useToastManager();
  const { add, close } = manager;
  return useMemo(
    () => ({
      /**
       * `about` is the id of the changed object. Only its latest change is shown and can be undone.
       */
      done(title: string, undo?: Undo, about?: string) {
        const id = add({
          ...(about && { id: about }),
          title,
          timeout: undo ? 10_000 : 5_000,
          actionProps: undo && {
            children: undo.label ?? "Undo",
            onClick() {
              close(id);
              undo.run();
            },
          },
        });
      },
      problem(title: string) {
        add({ title, type: "problem", priority: "high", timeout: 12_000 });
      },
    }),
    [add, close],
  );
}

/** Shows the toasts. Wraps the whole app. F6 moves the focus to the toasts. */
export function Toasts({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider>
      {children}
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <Shown />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Shown() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles.toast}>
      <Toast.Content className={styles.content}>
        <Toast.Title className={styles.title} render={<p />} />
        <Toast.Action className={styles.action} />
        <Toast.Close className={styles.close} aria-label="Dismiss">
          <X aria-hidden="true" size={16} />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
