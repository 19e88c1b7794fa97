import { useSyncExternalStore } from "react";

const watchers = new Set<() => void>();

function watch(onChange: () => void) {
  watchers.add(onChange);
  addEventListener("storage", onChange);
  return () => {
    watchers.delete(onChange);
    removeEventListener("storage", onChange);
  };
}

/** A stored value; `undefined` if there is none or the browser stores nothing (private windows). */
export function stored(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function store(key: string, value: string) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It then holds until the page is left.
  }
  for (const each of watchers) each();
}

/** A preference of this browser, one of `allowed`; the first of them until another is chosen. */
export function useStored<T extends string>(key: string, allowed: readonly [T, ...T[]]) {
  const text = useSyncExternalStore(watch, () => stored(key));
  const value = allowed.find((each) => each === text) ?? allowed[0];
  return [value, (next: T) => store(key, next)] as const;
}
