import { type RefObject, useEffect } from "react";

/**
 * Moves focus when the focused element is removed: to the adjacent item or row of the list or table
 * if there is one, otherwise to `main`. Browsers would move it to the top of the document.
 */
export function useFocusKept(main: RefObject<HTMLElement | null>) {
  useEffect(() => {
    const around = main.current;
    if (!around) return;
    let last: Node | undefined;
    const remember = (event: FocusEvent) => {
      last = event.target as Node;
    };
    const observer = new MutationObserver((records) => {
      const gone = last;
      if (!gone || gone.isConnected) return;
      last = undefined;
      if (document.activeElement !== document.body) return;
      const next = neighbourOf(gone, records)?.querySelector<HTMLElement>("a[href], button");
      (next ?? around).focus({ preventScroll: true });
    });
    observer.observe(around, { childList: true, subtree: true });
    around.addEventListener("focusin", remember);
    return () => {
      observer.disconnect();
      around.removeEventListener("focusin", remember);
    };
  }, [main]);
}

/** Returns the element next to the removed row or list item that contained `gone`. */
function neighbourOf(gone: Node, records: MutationRecord[]): Element | undefined {
  for (const { removedNodes, nextSibling, previousSibling } of records) {
    for (const removed of removedNodes) {
      const isRow = removed instanceof Element && removed.matches("li, tr");
      if (!isRow || !removed.contains(gone)) continue;
      const beside = [nextSibling, previousSibling];
      return beside.find((each) => each instanceof Element && each.isConnected) as Element;
    }
  }
  return undefined;
}
