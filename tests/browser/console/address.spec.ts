import { chromium } from "@playwright/test";
import { CHROMIUM } from "../support/chromium.ts";
import { expect, test } from "../support/fixtures.ts";
import { heading, password, row } from "../support/pages.ts";
import { PASSWORD } from "../support/people.ts";
import { watch } from "../support/watch.ts";

const notice = "TOKENVUE_PUBLIC_URL";

test.describe("with another public URL", () => {
  test.use({ settings: { TOKENVUE_PUBLIC_URL: "https://team.console.test" } });

  test("the page shows a notice, and users can sign in and out", async ({ page, team }) => {
    await page.goto("/sign-in");
    await expect(page.getByText(notice)).toBeVisible();
    await expect(page.getByText("Links in emails lead there")).toBeVisible();
    await page.getByLabel("Email", { exact: true }).fill(team.admin.email);
    await password(page).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await expect(row(page, "Ana Silva")).toBeVisible();
    await expect(page.getByText(notice)).toBeVisible();
    await page.getByRole("button", { name: /Account menu/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(heading(page, "Sign in")).toBeVisible();
  });

  test("without HTTPS, the page says that signing in does not work", async ({
    program,
    team,
    problems,
  }) => {
    const origin = `http://team.console.test:${program.port}`;
    const args = [...CHROMIUM.args, "--host-resolver-rules=MAP *.console.test 127.0.0.1"];
    const browser = await chromium.launch({ ...CHROMIUM, args });
    try {
      const context = await browser.newContext();
      watch(context, origin, problems);
      const page = await context.newPage();
      await page.goto(origin);
      await expect(heading(page, "Sign in")).toBeVisible();
      await expect(page.getByRole("alert")).toContainText("signing in doesn’t work here");
      await expect(page.getByRole("link", { name: "https://team.console.test" })).toBeVisible();
      await page.getByLabel("Email", { exact: true }).fill(team.admin.email);
      await password(page).fill(PASSWORD);
      await page.keyboard.press("Enter");
      await expect(heading(page, "Sign in")).toBeVisible();
    } finally {
      await browser.close();
    }
    // The browser's warning about the origin, and the rejected sign-in.
    const known = /Cross-Origin-Opener-Policy|BAD_INPUT/;
    expect(problems.splice(0).filter((text) => !known.test(text))).toEqual([]);
  });
});

test("at the public URL, the page shows no notice", async ({ page, team }) => {
  await page.goto("/sign-in");
  await expect(heading(page, "Sign in")).toBeVisible();
  await expect(page.getByText(notice)).toHaveCount(0);
  expect(team.admin.email).toBeTruthy();
});
