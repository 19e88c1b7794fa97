import { useState } from "react";

/** The latest value that was there: what to show while the next one is on its way. */
export function useKept<T>(value: T | null | undefined): T | undefined {
  const [kept, setKept] = useState(value ?? undefined);
  if (value != null && value !== kept) setKept(value);
  return value ?? kept;
}
