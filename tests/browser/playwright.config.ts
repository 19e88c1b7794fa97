import { defineConfig } from "@playwright/test";
import { CHROMIUM } from "./support/chromium.ts";
import type { Options } from "./support/fixtures.ts";

// Each test has its own server, database, and mail server, so tests run in parallel.
export default defineConfig<Options>({
  testDir: "console",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  workers: 2,
  timeout: 90_000,
  // Shorter than the 30 seconds after which the console refetches everything.
  expect: { timeout: 12_000 },
  reporter: [["list"]],
  use: { launchOptions: CHROMIUM, trace: process.env.CI ? "off" : "retain-on-failure" },
  projects: [
    { name: "sqlite", use: { engine: "sqlite" } },
    // One test on PostgreSQL is enough, since the tests of the API run on both engines.
    { name: "postgres", use: { engine: "postgres" }, testMatch: "end-to-end.spec.ts" },
  ],
});
