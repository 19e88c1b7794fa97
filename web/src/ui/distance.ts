const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The average length of a month in the Gregorian calendar, in milliseconds. */
const MONTH = 30.44 * DAY;
const YEAR = 365.25 * DAY;

/**
 * Whether a time is shown as past or future. This is not computed: the clocks of the server and the
 * browser may differ, but past events must never appear to be in the future.
 */
export type Tense = "past" | "future";

/**
 * Formats a time relative to `now`, such as "2 hours ago". Distances from one day to two weeks are
 * counted in calendar days, all others in elapsed time. Both times are in milliseconds since the
 * Unix epoch.
 */
export function distance(at: number, now: number, tense: Tense, locale: string): string {
  const apart = tense === "past" ? now - at : at - now;
  if (apart < 45 * SECOND) return tense === "past" ? "just now" : "now";
  const [amount, unit] = amountOf(apart, at, now);
  // "auto" gives "yesterday", which is exact, but also "last month" and "last year", which are not.
  const format = new Intl.RelativeTimeFormat(locale, {
    numeric: unit === "day" ? "auto" : "always",
  });
  return format.format(tense === "past" ? -amount : amount, unit);
}

function amountOf(apart: number, at: number, now: number): [number, Intl.RelativeTimeFormatUnit] {
  if (apart < HOUR) return [Math.max(1, Math.floor(apart / MINUTE)), "minute"];
  if (apart < DAY) return [Math.floor(apart / HOUR), "hour"];
  if (apart < 14 * DAY) return [Math.max(1, daysBetween(at, now)), "day"];
  if (apart < 2 * MONTH) return [Math.floor(apart / (7 * DAY)), "week"];
  if (apart < YEAR) return [Math.min(11, Math.round(apart / MONTH)), "month"];
  return [Math.floor(apart / YEAR), "year"];
}

/** Returns the number of midnights between two times, in the time zone of the browser. */
const daysBetween = (one: number, other: number) =>
  Math.abs(Math.round((midnight(one) - midnight(other)) / DAY));

const midnight = (moment: number) => new Date(moment).setHours(0, 0, 0, 0);

/** Formats the remaining time until `at`, rounded up, such as "in 40 seconds". */
export function wait(at: number, now: number, locale: string): string {
  const apart = Math.max(SECOND, at - now);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
  if (apart <= MINUTE) return format.format(Math.ceil(apart / SECOND), "second");
  if (apart <= HOUR) return format.format(Math.ceil(apart / MINUTE), "minute");
  return format.format(Math.ceil(apart / HOUR), "hour");
}
