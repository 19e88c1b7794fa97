import { describe, expect, it } from "vitest";
import { distance, wait } from "./distance";

const NOW = new Date(2026, 2, 31, 12, 0).getTime();
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ago = (apart: number) => distance(NOW - apart, NOW, "past", "en-GB");

describe("distance to a past time", () => {
  it.each([
    [10_000, "just now"],
    [50_000, "1 minute ago"],
    [59.9 * MINUTE, "59 minutes ago"],
    [60 * MINUTE, "1 hour ago"],
    [23.9 * 60 * MINUTE, "23 hours ago"],
    [DAY, "yesterday"],
    // Days are calendar days: this is the day before yesterday.
    [47 * 60 * MINUTE, "2 days ago"],
    [13 * DAY, "13 days ago"],
    [14 * DAY, "2 weeks ago"],
    [30 * DAY, "4 weeks ago"],
    [31 * DAY, "4 weeks ago"],
    [60 * DAY, "8 weeks ago"],
    [61 * DAY, "2 months ago"],
    [90 * DAY, "3 months ago"],
    [364 * DAY, "11 months ago"],
    [366 * DAY, "1 year ago"],
    [800 * DAY, "2 years ago"],
  ])("%d ms", (apart, text) => {
    expect(ago(apart)).toBe(text);
  });

  it("uses numbers instead of vague words such as “this month”", () => {
    for (let days = 1; days < 1000; days += 1) {
      expect(ago(days * DAY)).toMatch(/^(yesterday|\d+ (day|week|month|year)s? ago)$/);
    }
  });

  it("is “just now” if the clocks differ and the time is in the future", () => {
    expect(ago(-10 * MINUTE)).toBe("just now");
  });
});

it("distance to a future time is never in the past", () => {
  expect(distance(NOW + 7 * DAY, NOW, "future", "en-GB")).toBe("in 7 days");
  expect(distance(NOW + 90 * MINUTE, NOW, "future", "en-GB")).toBe("in 1 hour");
  expect(distance(NOW - 10 * MINUTE, NOW, "future", "en-GB")).toBe("now");
});

it("wait rounds up", () => {
  expect(wait(NOW + 39_100, NOW, "en-GB")).toBe("in 40 seconds");
  expect(wait(NOW + 60_100, NOW, "en-GB")).toBe("in 2 minutes");
  expect(wait(NOW + 61 * MINUTE, NOW, "en-GB")).toBe("in 2 hours");
  expect(wait(NOW - 5, NOW, "en-GB")).toBe("in 1 second");
});
