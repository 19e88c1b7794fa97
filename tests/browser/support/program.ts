import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM =
  process.env.TOKENVUE_TEST_PROGRAM ??
  fileURLToPath(new URL("../../../target/debug/tokenvue", import.meta.url));

/** Settings as environment variables, such as `TOKENVUE_SMTP_URL`. */
export type Settings = Record<string, string>;

/** The program under test, with a temporary folder and a free port. */
export class Program {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #output: string[];

  private constructor(url: string, process: ChildProcess, output: string[]) {
    this.url = url;
    this.#process = process;
    this.#output = output;
  }

  /**
   * Starts the program and waits until it listens. With `port` 0, the system chooses the port.
   * `through` is a command that executes the program.
   */
  static async start(
    folder: string,
    settings: Settings,
    port = 0,
    command: "serve" | "demo" = "serve",
    through: readonly string[] = [],
  ): Promise<Program> {
    const { PATH = "" } = process.env;
    const listen = `127.0.0.1:${port}`;
    const options = [
      ...["--listen", listen, "--data-dir", folder, "--log-format", "json"],
      ...["--shutdown-delay", "0s"],
    ];
    const [first = PROGRAM, ...more] = [...through, PROGRAM, command, ...options];
    const child = spawn(first, more, {
      cwd: folder,
      env: { PATH, ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output: string[] = [];
    const address = new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        output.push(chunk.toString());
        const found = /"address":"([\d.:]+)"/.exec(output.join(""));
        if (found?.[1]) resolve(found[1]);
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.on("error", reject);
      child.on("exit", (code) =>
        reject(new Error(`the program ended with ${code}: ${output.join("")}`)),
      );
    });
    const [, found] = (await address).split(":");
    // Cookies and origins depend on the host name, so it is the one of links.
    return new Program(`http://localhost:${found}`, child, output);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The output and log of the program. */
  get output(): string {
    return this.#output.join("");
  }

  /** The path of the setup page of an empty installation, with its token. */
  get setUpPath(): string {
    const found = /\/setup#token=\S+/.exec(this.output);
    if (!found) throw new Error(`no link in ${this.output}`);
    return found[0];
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await ended;
  }
}

/** Creates a folder that is deleted after `use`. */
export async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "tokenvue-browser-"));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
