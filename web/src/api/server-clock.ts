/**
 * The minimum difference in milliseconds that counts as a difference between the clocks. The `Date`
 * header has a resolution of one second.
 */
const PRECISION = 1500;

let offset = 0;
const watchers = new Set<() => void>();

/** Returns the current time in milliseconds by the server's clock, which its timestamps use. */
export const serverNow = () => Date.now() + offset;

/** Calls `onChange` when the measured offset changes. Returns a function that unsubscribes. */
export function watchServerClock(onChange: () => void): () => void {
  watchers.add(onChange);
  return () => watchers.delete(onChange);
}

/**
 * Measures the offset of the server's clock by the `Date` header of a response. `sent` is the local
 * time at which the request was sent.
 */
export function compareClocks(response: Response, sent: number) {
  const date = Date.parse(response.headers.get("date") ?? "");
  const received = Date.now();
  // For a slow response, the time at which the server generated it is too uncertain.
  if (Number.isNaN(date) || received - sent > 10_000) return;
  const found = date + 500 - (sent + received) / 2;
  const next = Math.abs(found) < PRECISION ? 0 : found;
  if (Math.abs(next - offset) < PRECISION) return;
  offset = next;
  for (const each of watchers) each();
}
