import { expect, test } from "@playwright/test";
import { signIn } from "../support/people.ts";
import { Program, withFolder } from "../support/program.ts";

/** The maximum Cumulative Layout Shift of a page. Below 0.1 is rated good. */
const HIGHEST = 0.02;

declare global {
  interface Window {
    /** The layout shifts so far, with the texts that moved. */
    shifts: { value: number; moved: string[] }[];
  }
}

// Uses the demo, because it has data on every page.
for (const width of [1280, 360]) {
  test(`pages ${width} pixels wide do not shift while loading`, async ({ browser }) => {
    await withFolder(async (folder) => {
      const program = await Program.start(folder, {}, 0, "demo");
      const viewport = { width, height: 900 };
      const context = await browser.newContext({ viewport, baseURL: program.url });
      try {
        await signIn(context, "ana.silva@acme.example");
        const page = await context.newPage();
        await page.addInitScript(() => {
          window.shifts = [];
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries() as (PerformanceEntry & {
              value: number;
              sources: { node?: Node }[];
            })[]) {
              const moved = entry.sources.map(({ node }) => node?.textContent?.slice(0, 40) ?? "");
              window.shifts.push({ value: entry.value, moved });
            }
          }).observe({ type: "layout-shift", buffered: true });
        });
        // Delays each request until the page without its data is painted.
        await page.route("**/graphql", async (route) => {
          const frames = page.evaluate(
            () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
          );
          await frames.catch(() => "the page was left");
          await route.continue();
        });
        await page.goto("/");
        const member = page.getByRole("row").nth(5).getByRole("link");
        await expect(member).toBeVisible();
        const team = new URL(page.url()).pathname;
        const others = ["review", "history", "settings", "invite"];
        const paths = [
          team,
          (await member.getAttribute("href")) ?? "",
          ...others.map((other) => team.replace(/team$/, other)),
          "/account",
        ];
        for (const path of paths) {
          await page.goto(path);
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          await page.waitForLoadState("networkidle");
          const shifts = await page.evaluate(() => window.shifts);
          const total = shifts.reduce((sum, { value }) => sum + value, 0);
          expect(total, `${path}: ${JSON.stringify(shifts)}`).toBeLessThan(HIGHEST);
        }
      } finally {
        await context.close();
        await program.stop();
      }
    });
  });
}
