import { randomBytes } from "node:crypto";
import pg from "pg";
import type { Settings } from "./program.ts";

export type Engine = "sqlite" | "postgres";

/** The URL of PostgreSQL with a user who may create databases. Set by `scripts/with-postgres`. */
export const POSTGRES = process.env.TOKENVUE_TEST_POSTGRES_URL;

async function run(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: POSTGRES });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Creates an empty database and passes its settings to `use`. Deletes it afterwards. */
export async function withDatabase(
  engine: Engine,
  use: (settings: Settings) => Promise<void>,
): Promise<void> {
  if (engine === "sqlite") return use({});
  const name = `browser_${randomBytes(8).toString("hex")}`;
  await run(`CREATE DATABASE ${name}`);
  const url = new URL(POSTGRES ?? "");
  url.pathname = `/${name}`;
  try {
    await use({ TOKENVUE_DATABASE_URL: url.href });
  } finally {
    await run(`DROP DATABASE ${name} WITH (FORCE)`);
  }
}
