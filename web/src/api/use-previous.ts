import { useMemo, useState } from "react";

/** The latest value that was not null: shown while the next one loads. */
export function usePrevious<T>(value: T | null | undefined): T | undefined {
  const [previous, setPrevious] = useState(value ?? undefined);
  if (value != null && value !== previous) setPrevious(value);
  return value ?? previous;
}

/** The same for a page of a list, with its view; `stale` while another view loads. */
export function usePreviousPage<P extends object, V>(page: P | null | undefined, view: V) {
  const shown = usePrevious(useMemo(() => page && { ...page, view }, [page, view]));
  return { shown, stale: shown !== undefined && shown.view !== view };
}
