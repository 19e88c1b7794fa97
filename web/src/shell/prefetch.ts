import { useEffect } from "react";

/** The delay in milliseconds before parts are loaded, to let the first page load first. */
const AFTER = 1_500;

/**
 * Loads code-split parts before they are needed. They then open immediately, even if the server is
 * unreachable or has been updated in the meantime.
 */
export function usePrefetch(parts: readonly (() => Promise<unknown>)[]) {
  useEffect(() => {
    const timer = setTimeout(() => {
      // Ignores errors: the part is loaded again when it is needed, and errors are shown then.
      for (const part of parts) part().catch(() => {});
    }, AFTER);
    return () => clearTimeout(timer);
  }, [parts]);
}
