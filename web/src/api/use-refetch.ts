import { useEffect } from "react";

const EVERY = 30_000;

/**
 * Refetches data that other users may have changed: when the page regains focus or becomes visible,
 * and every 30 seconds while it is visible.
 */
export function useRefetch(read: (options: { requestPolicy: "network-only" }) => void) {
  useEffect(() => {
    const again = () => {
      if (document.visibilityState === "visible") read({ requestPolicy: "network-only" });
    };
    const timer = setInterval(again, EVERY);
    addEventListener("focus", again);
    document.addEventListener("visibilitychange", again);
    return () => {
      clearInterval(timer);
      removeEventListener("focus", again);
      document.removeEventListener("visibilitychange", again);
    };
  }, [read]);
}
