import { useEffect } from "react";
import { useStored } from "../ui/stored";

/** Whether single keys are shortcuts. They can be turned off (WCAG 2.2, success criterion 2.1.4). */
export const useSingleKeys = () => useStored("single-keys", ["on", "off"]);

const typing = (target: EventTarget | null) =>
  target instanceof Element &&
  target.closest(
    "input, textarea, select, [contenteditable], [role=dialog], [role=alertdialog], [role=menu], [role=listbox]",
  ) !== null;

/** Whether something is open, or opening, over the page: keys are meant for that. */
const covered = () => document.querySelector("[data-covers]") !== null;

/** Runs `act` when the single key is pressed and no text field is focused; with a `combined` one, always. */
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
