import { useMemo, useState } from "react";

/** The latest value that was there: what to show while the next one is on its way. */
export function useKept<T>(value: T | null | undefined): T | undefined {
  const [kept, setKept] = useState(value ?? undefined);
  if (value != null && value !== kept) setKept(value);
  return value ?? kept;
}

/** The same for a page of a list, with the view that it is of: another one may be on its way. */
export function useKeptPage<P extends object, V>(page: P | null | undefined, view: V) {
  const shown = useKept(useMemo(() => page && { ...page, view }, [page, view]));
  return { shown, stale: shown !== undefined && shown.view !== view };
}
