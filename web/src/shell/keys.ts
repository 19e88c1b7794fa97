import { useEffect } from "react";
import { useStored } from "../ui/stored";

/**
 * Returns whether single-key shortcuts are on, and a function to change that. Users can turn them
 * off (WCAG 2.2, success criterion 2.1.4).
 */
export const useSingleKeys = () => useStored("single-keys", ["on", "off"]);

const typing = (target: EventTarget | null) =>
  target instanceof Element &&
  target.closest(
    "input, textarea, select, [contenteditable], [role=dialog], [role=alertdialog], [role=menu], [role=listbox]",
  ) !== null;

/** Whether a dialog is open or loading. Keys are then meant for the dialog, not the page. */
const covered = () => document.querySelector("[data-covers]") !== null;

/**
 * Calls `act` when a key is pressed. Single keys are ignored if the user has turned them off, in
 * text fields, and while a dialog or menu is open. With `combined`, the shortcut includes Ctrl or
 * Command and always works.
 */
export function useKey(key: string, act: () => void, combined = false) {
  const [single] = useSingleKeys();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const modified = event.ctrlKey || event.metaKey;
      if (event.key !== key || event.altKey || modified !== combined || event.isComposing) return;
      if (!combined && (single === "off" || covered() || typing(event.target))) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [key, act, combined, single]);
}
