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
  // Shorter than the half minute after which the console reads everything anew by itself.
  expect: { timeout: 12_000 },
  reporter: [["list"]],
  use: { launchOptions: CHROMIUM, trace: process.env.CI ? "off" : "retain-on-failure" },
  projects: [
    { name: "sqlite", use: { engine: "sqlite" } },
    // The engine shows in the main job or nowhere: the API's own tests run on both throughout.
    { name: "postgres", use: { engine: "postgres" }, testMatch: "main-job.spec.ts" },
  ],
});
