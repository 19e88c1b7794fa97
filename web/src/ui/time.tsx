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
  // Nothing was shown in the meantime, so the clock was not updated.
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

/** The present moment in milliseconds, renewed three times a minute. */
function useNow(): number {
  return useSyncExternalStore(watch, () => now);
}

/** A moment of an RFC 3339 text, in words and the reader's own time zone. */
export const exact = (at: string) => exactly.format(new Date(at));

/** How long there is to wait for a moment to come: "in 40 seconds". */
export const until = (at: string) => wait(new Date(at).getTime(), serverNow(), locale);

/** A moment as people say it, with the exact one on hover; `never` where there is none. */
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
