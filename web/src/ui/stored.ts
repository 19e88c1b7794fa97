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

/**
 * Returns a value of the local storage, or `undefined` if there is none or the storage is
 * unavailable (as in some private windows).
 */
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
    // The storage is unavailable: the change is lost when the page is left.
  }
  for (const each of watchers) each();
}

/**
 * Returns a preference that is stored in this browser and a function that changes it. The value is
 * one of `allowed`; the first is the default.
 */
export function useStored<T extends string>(key: string, allowed: readonly [T, ...T[]]) {
  const text = useSyncExternalStore(watch, () => stored(key));
  const value = allowed.find((each) => each === text) ?? allowed[0];
  return [value, (next: T) => store(key, next)] as const;
}
