import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Returns the path of Chromium: `TOKENVUE_TEST_CHROMIUM`, or the first one on the path. */
function find(): string {
  const named = process.env.TOKENVUE_TEST_CHROMIUM;
  if (named) return named;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Try the next one.
      }
    }
  }
  throw new Error("Chromium was not found. Install it, or set TOKENVUE_TEST_CHROMIUM to its path");
}

/** The launch options of every browser: it contacts only the server under test. */
export const CHROMIUM = {
  executablePath: find(),
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};
