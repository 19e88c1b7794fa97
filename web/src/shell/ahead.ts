import { useEffect } from "react";

/** Milliseconds after the first page. */
const AFTER = 1_500;

/**
 * Reads parts of the program before they are asked for, so that they open at once, and open at all
 * when the server is away or has been renewed meanwhile.
 */
export function useAhead(parts: readonly (() => Promise<unknown>)[]) {
  useEffect(() => {
    // By then the page that was asked for is there.
    const timer = setTimeout(() => {
      // What fails here is read again, and told, when it is needed.
      for (const part of parts) part().catch(() => {});
    }, AFTER);
    return () => clearTimeout(timer);
  }, [parts]);
}
