import { chromium, type Page } from "@playwright/test";
import { CHROMIUM } from "../support/chromium.ts";
import { expect, test } from "../support/fixtures.ts";
import { heading, password, row } from "../support/pages.ts";
import { PASSWORD, signIn } from "../support/people.ts";
import { watch } from "../support/watch.ts";

async function signOut(page: Page) {
  await page.getByRole("button", { name: /Account menu/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(heading(page, "Sign in")).toBeVisible();
}

// A browser with a back/forward cache, which Playwright disables by default.
const keeping = test.extend<{ kept: Page }>({
  kept: async ({ baseURL, problems }, use) => {
    const ignoreDefaultArgs = ["--disable-back-forward-cache"];
    const browser = await chromium.launch({ ...CHROMIUM, ignoreDefaultArgs });
    const context = await browser.newContext({ baseURL: baseURL ?? "" });
    watch(context, baseURL ?? "", problems);
    await use(await context.newPage());
    await browser.close();
  },
});

/** Leaves a page and goes back. Asserts that the page comes from the back/forward cache. */
async function leaveAndComeBack(page: Page, meanwhile: () => Promise<void>): Promise<void> {
  await page.evaluate(() => {
    addEventListener("pageshow", ({ persisted }) => sessionStorage.setItem("kept", `${persisted}`));
  });
  await page.goto("/forgot-password");
  await meanwhile();
  // A cached page has no load event.
  await page.goBack({ waitUntil: "commit" });
  // The page may already be reloading.
  const kept = () => page.evaluate(() => sessionStorage.getItem("kept")).catch(() => "");
  await expect.poll(kept).toBe("true");
}

keeping("Back after signing out shows nothing of the team", async ({ kept: page, team }) => {
  await signIn(page.context(), team.admin.email);
  await page.goto(team.path());
  await expect(row(page, "Ana Silva")).toBeVisible();
  await signOut(page);
  await page.goBack({ waitUntil: "commit" });
  await expect(heading(page, "Sign in")).toBeVisible();
  await expect(page.getByText("Ana Silva")).toHaveCount(0);
});

keeping("a cached page is restored for the same user", async ({ kept: page, team }) => {
  await signIn(page.context(), team.admin.email);
  await page.goto(team.path("invite"));
  await page.getByLabel("First name").fill("Bo");
  await leaveAndComeBack(page, async () => {});
  await expect(page.getByLabel("First name")).toBeVisible();
  await expect(page.getByLabel("First name")).toHaveValue("Bo");
});

keeping(
  "a cached page shows nothing after signing out in another tab",
  async ({ kept: page, team }) => {
    await signIn(page.context(), team.admin.email);
    await page.goto(team.path());
    await expect(row(page, "Ana Silva")).toBeVisible();
    const seen: string[] = [];
    await page.exposeFunction("note", (text: string) => seen.push(text));
    await leaveAndComeBack(page, async () => {
      const tab = await page.context().newPage();
      await tab.goto("/account");
      await signOut(tab);
      await tab.close();
    });
    await expect(heading(page, "Sign in")).toBeVisible();
    await expect(page.getByText("Ana Silva")).toHaveCount(0);
  },
);

test("a page is concealed after its session ends until its user signs in again", async ({
  page,
  context,
  team,
}) => {
  await signIn(context, team.admin.email);
  await page.goto(team.path());
  await expect(row(page, "Ana Silva")).toBeVisible();
  const tab = await context.newPage();
  await tab.goto("/account");
  await signOut(tab);
  await tab.close();
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  const dialog = page.getByRole("dialog", { name: "Your session has ended" });
  await expect(dialog).toBeVisible();
  await expect(page.getByText("Ana Silva").first()).toBeHidden();
  await password(dialog).fill(PASSWORD);
  await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(row(page, "Ana Silva")).toBeVisible();
});
