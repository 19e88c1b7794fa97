import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where Chromium is: what `TOKENVUE_TEST_CHROMIUM` says, or the first one on the path. */
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
  throw new Error("There is no Chromium: install it, or say where it is in TOKENVUE_TEST_CHROMIUM");
}

/** How every browser of these tests is started: it contacts only the server under test. */
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
