import { useEffect } from "react";

/** Milliseconds after the first page. */
const AFTER = 1_500;

/**
 * Loads parts of the program before they are needed, so that they open immediately, even if the
 * server is unreachable or was updated in the meantime.
 */
export function usePrefetch(parts: readonly (() => Promise<unknown>)[]) {
  useEffect(() => {
    // The first page has loaded by then.
    const timer = setTimeout(() => {
      // A part that fails to load is loaded again, with an error message, when it is needed.
      for (const part of parts) part().catch(() => {});
    }, AFTER);
    return () => clearTimeout(timer);
  }, [parts]);
}
