import { useEffect } from "react";

const EVERY = 30_000;

/**
 * Reads again what others may have changed: when the window is looked at again, and twice a minute
 * while it is.
 */
export function useFresh(read: (options: { requestPolicy: "network-only" }) => void) {
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
