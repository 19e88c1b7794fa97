/** The header `Date` counts seconds: smaller differences say nothing. In milliseconds. */
const PRECISION = 1500;

let offset = 0;
const watchers = new Set<() => void>();

/** The present moment by the server's clock, in milliseconds: all times that it sends are by that. */
export const serverNow = () => Date.now() + offset;

/** Calls back when the server's clock turns out to differ from what was known. */
export function watchServerClock(onChange: () => void): () => void {
  watchers.add(onChange);
  return () => watchers.delete(onChange);
}

/** Compares the clocks by a response; `sent` is when its request left, by this computer's clock. */
export function compareClocks(response: Response, sent: number) {
  const date = Date.parse(response.headers.get("date") ?? "");
  const received = Date.now();
  // A response that took long says little about the moment at which it was made.
  if (Number.isNaN(date) || received - sent > 10_000) return;
  const found = date + 500 - (sent + received) / 2;
  const next = Math.abs(found) < PRECISION ? 0 : found;
  if (Math.abs(next - offset) < PRECISION) return;
  offset = next;
  for (const each of watchers) each();
}
