import { intlFormatDistance } from "date-fns/intlFormatDistance";
import { useSyncExternalStore } from "react";

const TICK = 20_000;
const locale = navigator.language.startsWith("en") ? navigator.language : "en-GB";
const exactly = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });

let now = Date.now();
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function watch(onTick: () => void) {
  // Nobody has looked at the clock meanwhile.
  if (watchers.size === 0) now = Date.now();
  watchers.add(onTick);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of watchers) each();
  }, TICK);
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

const DAY = 86_400_000;

function distance(at: string, from: number) {
  const to = new Date(at).getTime();
  const apart = Math.abs(to - from);
  if (apart < 45_000) return "just now";
  // Nobody thinks in quarters of a year.
  const unit = apart > 28 * DAY && apart < 365 * DAY ? { unit: "month" as const } : {};
  return intlFormatDistance(to, from, { locale, numeric: "auto", ...unit });
}

/** How far off a moment to come is: "in 40 seconds". */
export const until = (at: string) => {
  const seconds = Math.max(1, Math.ceil((new Date(at).getTime() - Date.now()) / 1000));
  return intlFormatDistance(Date.now() + seconds * 1000, Date.now(), { locale, numeric: "always" });
};

/** A moment as people say it, with the exact one on hover; `never` where there is none. */
export function Time({ at, never = "Never" }: { at: string | null | undefined; never?: string }) {
  const present = useNow();
  if (!at) return <span className="muted">{never}</span>;
  return (
    <time dateTime={at} title={exact(at)}>
      {distance(at, present)}
    </time>
  );
}
