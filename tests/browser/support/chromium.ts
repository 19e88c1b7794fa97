import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where Chromium is: what `TOKENVUE_TEST_CHROMIUM` says, or the first one on the path. */
function find(): string {
  const told = process.env.TOKENVUE_TEST_CHROMIUM;
  if (told) return told;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here.
      }
    }
  }
  throw new Error("There is no Chromium: install it, or say where it is in TOKENVUE_TEST_CHROMIUM");
}

/** How every browser of these tests is started: it asks nobody but the server under test. */
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
