import { useSyncExternalStore } from "react";
import { serverNow, watchServerClock } from "../api/server-clock";
import { distance, type Tense, wait } from "./distance";

const TICK = 20_000;
const locale = navigator.language.startsWith("en") ? navigator.language : "en-GB";
const exactly = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });

let now = serverNow();
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function tick() {
  now = serverNow();
  for (const each of watchers) each();
}

watchServerClock(tick);

function watch(onTick: () => void) {
  // The timer was stopped while there were no watchers, so `now` is outdated.
  if (watchers.size === 0) now = serverNow();
  watchers.add(onTick);
  timer ??= setInterval(tick, TICK);
  return () => {
    watchers.delete(onTick);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** Returns the current time in milliseconds. Updates three times a minute. */
function useNow(): number {
  return useSyncExternalStore(watch, () => now);
}

/** Formats an RFC 3339 timestamp as date and time, in the time zone of the browser. */
export const exact = (at: string) => exactly.format(new Date(at));

/** Formats the remaining time until an RFC 3339 timestamp, such as "in 40 seconds". */
export const until = (at: string) => wait(new Date(at).getTime(), serverNow(), locale);

/**
 * A relative time such as "2 hours ago", with the exact date and time as a tooltip. Shows `never`
 * if `at` is missing.
 */
export function Time({
  at,
  never = "Never",
  tense = "past",
}: {
  at: string | null | undefined;
  never?: string;
  tense?: Tense;
}) {
  const present = useNow();
  if (!at) return <span className="muted">{never}</span>;
  return (
    <time dateTime={at} title={exact(at)}>
      {distance(new Date(at).getTime(), present, tense, locale)}
    </time>
  );
}
