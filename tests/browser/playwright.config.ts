import { defineConfig } from "@playwright/test";
import { CHROMIUM } from "./support/chromium.ts";
import type { Options } from "./support/fixtures.ts";

// Each test has a server, a database and a mail server of its own, so that they run side by side.
export default defineConfig<Options>({
  testDir: "console",
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  workers: 2,
  timeout: 90_000,
  // Shorter than the half minute after which the console refetches everything by itself.
  expect: { timeout: 12_000 },
  reporter: [["list"]],
  use: { launchOptions: CHROMIUM, trace: process.env.CI ? "off" : "retain-on-failure" },
  projects: [
    { name: "sqlite", use: { engine: "sqlite" } },
    // One test on PostgreSQL is enough: the API's own tests all run on both engines.
    { name: "postgres", use: { engine: "postgres" }, testMatch: "end-to-end.spec.ts" },
  ],
});
