import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { signIn } from "../support/people.ts";
import { adminViews, publicViews, type View } from "../support/views.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

/** Returns the violations that axe finds, one per line. */
async function violations(page: Page): Promise<string[]> {
  // Wait for transitions, which begin with the next frame.
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    await frame();
    await frame();
    const passing = document
      .getAnimations()
      .filter((each) => each.effect?.getTiming().iterations !== Number.POSITIVE_INFINITY);
    await Promise.all(passing.map((each) => each.finished.catch(() => {})));
  });
  const axe = new AxeBuilder({ page }).withTags(RULES);
  if ((await page.locator("[role=menu], [role=listbox]").count()) > 0) {
    // A menu is outside of all landmarks. Its focus guards are focusable and hidden on purpose.
    axe.exclude("[data-base-ui-portal]:has([role=menu], [role=listbox])");
    axe.exclude("[data-base-ui-focus-guard]");
  }
  const { violations } = await axe.analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

/** Returns the violations and overflows of views. */
async function check(page: Page, views: View[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const { name, open } of views) {
    await open(page);
    const found = await violations(page);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (over > 0) found.push(`${over} px too wide`);
    wrong.push(...found.map((each) => `${name}: ${each}`));
  }
  return wrong;
}

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 360]) {
    test.describe(`${colorScheme}, ${width} pixels wide`, () => {
      // There are many pages.
      test.slow();
      test.use({ colorScheme, viewport: { width, height: 800 } });

      test("the public pages are accessible", async ({ page, team, mailbox, problems }) => {
        expect(await check(page, await publicViews(team, mailbox))).toEqual([]);
        // From the unknown page.
        expect(problems.splice(0)).toEqual([expect.stringContaining("404 (Not Found)")]);
      });

      test("an admin's pages are accessible", async ({ page, context, team }) => {
        const views = await adminViews(team);
        await signIn(context, team.admin.email);
        expect(await check(page, views)).toEqual([]);
      });
    });
  }
}

test("the chosen theme overrides the system's", async ({ page, context, team }) => {
  await signIn(context, team.admin.email);
  await page.goto(team.path());
  const canvas = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  await page.getByRole("button", { name: /Account menu/ }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  expect(await canvas()).toBe("dark");
  await page.reload();
  await expect(page.getByRole("button", { name: /Account menu/ })).toBeVisible();
  expect(await canvas()).toBe("dark");
  expect(await violations(page)).toEqual([]);
});
