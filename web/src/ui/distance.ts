const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Of the Gregorian calendar, on average. */
const MONTH = 30.44 * DAY;
const YEAR = 365.25 * DAY;

/** Whether a moment has been or is to come. Clocks differ: what has been is never in the future. */
export type Tense = "past" | "future";

/**
 * How far a moment is from now, in words: by what has passed, but for the days of the last week,
 * which go by the calendar. Both in milliseconds since 1970.
 */
export function distance(at: number, now: number, tense: Tense, locale: string): string {
  const apart = tense === "past" ? now - at : at - now;
  if (apart < 45 * SECOND) return tense === "past" ? "just now" : "now";
  const [amount, unit] = amountOf(apart, at, now);
  // "Yesterday" is a day; "this month" and "last year" may be anything.
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

/** Midnights between two moments, in the reader's own time zone. */
const daysBetween = (one: number, other: number) =>
  Math.abs(Math.round((midnight(one) - midnight(other)) / DAY));

const midnight = (moment: number) => new Date(moment).setHours(0, 0, 0, 0);

/** How long there is to wait for a moment, rounded up: "in 40 seconds". */
export function wait(at: number, now: number, locale: string): string {
  const apart = Math.max(SECOND, at - now);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
  if (apart <= MINUTE) return format.format(Math.ceil(apart / SECOND), "second");
  if (apart <= HOUR) return format.format(Math.ceil(apart / MINUTE), "minute");
  return format.format(Math.ceil(apart / HOUR), "hour");
}
