import { fileURLToPath } from "node:url";

/** Returns the path of a list in `tests/lists`, as exported by some tool. */
export const listFile = (name: string) =>
  fileURLToPath(new URL(`../../lists/${name}`, import.meta.url));
