import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { compareClocks, serverNow, watchServerClock } from "./server-clock";

const answer = (at: number) => new Response("", { headers: { date: new Date(at).toUTCString() } });

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-03-01T12:00:00Z") });
});
afterEach(() => {
  compareClocks(answer(Date.now()), Date.now());
  vi.useRealTimers();
});

it("uses the server's clock if it differs", () => {
  const changed = vi.fn();
  const stop = watchServerClock(changed);
  const server = Date.now() + 600_000;
  compareClocks(answer(server), Date.now());
  expect(Math.abs(serverNow() - server)).toBeLessThanOrEqual(1000);
  expect(changed).toHaveBeenCalledTimes(1);
  // The next response confirms the offset.
  vi.advanceTimersByTime(5000);
  compareClocks(answer(server + 5000), Date.now());
  expect(changed).toHaveBeenCalledTimes(1);
  stop();
});

it("uses the local clock if the difference is below a second or the header is missing", () => {
  compareClocks(answer(Date.now() - 900), Date.now());
  expect(serverNow()).toBe(Date.now());
  compareClocks(new Response(""), Date.now());
  expect(serverNow()).toBe(Date.now());
});

it("ignores slow responses", () => {
  compareClocks(answer(Date.now() + 600_000), Date.now() - 11_000);
  expect(serverNow()).toBe(Date.now());
});
