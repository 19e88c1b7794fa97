import { Toast } from "@base-ui/react/toast";
import { X } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import styles from "./toasts.module.css";

/** Undoes what was done. */
type Undo = { label?: string; run: () => unknown };

/** Reports what was done, with an undo if there is one, and what failed. */
export function useToasts() {
  const manager = Toast.useToastManager();
  const { add, close } = manager;
  return useMemo(
    () => ({
      /** `about` identifies what was changed: only its latest change is shown and can be undone. */
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

/** Where toasts are shown: once around the app. F6 leads there. */
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
