import { useEffect } from "react";

/**
 * Reads parts of the program before they are asked for, when the browser has nothing else to do, so
 * that they open at once, and open at all when the server is away or has been renewed meanwhile.
 */
export function useAhead(parts: readonly (() => Promise<unknown>)[]) {
  useEffect(() => {
    const read = () => {
      // What fails here is read again, and told, when it is needed.
      for (const part of parts) part().catch(() => {});
    };
    if (!("requestIdleCallback" in window)) {
      const timer = setTimeout(read, 1000);
      return () => clearTimeout(timer);
    }
    const handle = requestIdleCallback(read, { timeout: 5000 });
    return () => cancelIdleCallback(handle);
  }, [parts]);
}
