import { fileURLToPath } from "node:url";

/** The path of a list as some tool exports it; `tests/lists` has them. */
export const listFile = (name: string) =>
  fileURLToPath(new URL(`../../lists/${name}`, import.meta.url));
