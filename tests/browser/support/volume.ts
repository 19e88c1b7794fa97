import { spawnSync } from "node:child_process";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { Program, type Settings } from "./program.ts";

// Mounts a small file system for one program. It is unmounted when the program ends.
const MOUNT = 'mount -t tmpfs -o "size=$0" none "$1" && shift && exec "$@"';
const USER = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
const UNSHARE = ["unshare", ...USER, "--mount", "sh", "-c", MOUNT];

/** Returns whether this system allows such a mount. */
export const canMount = (folder: string) => {
  const [command = "", ...options] = [...UNSHARE, "1m", folder, "true"];
  return spawnSync(command, options).status === 0;
};

/** A program with a small file system as its data folder, which a test can fill. */
export class Volume {
  readonly program: Program;
  readonly #filler: string;

  private constructor(program: Program, folder: string) {
    this.program = program;
    this.#filler = join(`/proc/${program.pid}/root`, folder, "filler");
  }

  /** Starts the program on a file system of `size`, such as `8m`. */
  static async start(folder: string, settings: Settings, size: string): Promise<Volume> {
    const through = [...UNSHARE, size, folder];
    return new Volume(await Program.start(folder, settings, 0, "serve", through), folder);
  }

  /** Uses up all free space. */
  async fill(): Promise<void> {
    const file = await open(this.#filler, "w");
    try {
      for (const size of [4096, 1]) {
        const piece = Buffer.alloc(size, 1);
        const isFull = async () => (await file.write(piece).catch(() => undefined)) === undefined;
        while (!(await isFull()));
      }
    } finally {
      await file.close();
    }
  }

  /** Releases the space. */
  free(): Promise<void> {
    return rm(this.#filler);
  }
}
