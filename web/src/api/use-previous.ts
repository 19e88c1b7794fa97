import { useMemo, useState } from "react";

/** Returns the latest value that was not null, to be shown while the next one loads. */
export function usePrevious<T>(value: T | null | undefined): T | undefined {
  const [previous, setPrevious] = useState(value ?? undefined);
  if (value != null && value !== previous) setPrevious(value);
  return value ?? previous;
}

/**
 * Returns the latest page of a list that was not null, with its view. `stale` is true while the
 * page for the current view loads.
 */
export function usePreviousPage<P extends object, V>(page: P | null | undefined, view: V) {
  const shown = usePrevious(useMemo(() => page && { ...page, view }, [page, view]));
  return { shown, stale: shown !== undefined && shown.view !== view };
}
