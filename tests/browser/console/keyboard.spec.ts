import type { Page } from "@playwright/test";
import { hold } from "../support/answers.ts";
import { expect, test } from "../support/fixtures.ts";
import { heading, row } from "../support/pages.ts";
import { signIn, type Team } from "../support/people.ts";

/** Presses Tab `count` times. Returns the names of the focused elements. */
async function tabs(page: Page, count: number): Promise<string[]> {
  const names: string[] = [];
  for (let n = 0; n < count; n += 1) {
    await page.keyboard.press("Tab");
    names.push(
      (await page.locator(":focus").ariaSnapshot()).replace(/^- /, "").split("\n")[0] ?? "",
    );
  }
  return names;
}

test("on the sign-in page, the tab order is the reading order", async ({ page, team }) => {
  await page.goto("/sign-in");
  await expect(heading(page, "Sign in")).toBeVisible();
  expect(team.admin.email).toBeTruthy();
  await page.getByLabel("Email", { exact: true }).focus();
  const names = await tabs(page, 4);
  expect(names.map((name) => /"(.+?)"/.exec(name)?.[1])).toEqual([
    "Password",
    "Show password",
    "Sign in",
    "Forgot your password?",
  ]);
});

test.describe("on the team page", () => {
  const open = async (page: Page, team: Team) => {
    await page.goto(team.path());
    await expect(row(page, "Bo Li")).toBeVisible();
  };

  test.beforeEach(async ({ context, page, team }) => {
    await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
    await signIn(context, team.admin.email);
    await open(page, team);
  });

  test("the first Tab reaches the skip link", async ({ page, team }) => {
    // As after following a link, nothing has the focus.
    await page.goto("about:blank");
    await open(page, team);
    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
    await expect(page.getByRole("link", { name: "Skip to content" })).toBeInViewport();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "Invite people" })).toBeFocused();
  });

  test("Escape returns the focus to the control that opened a menu, dialog or palette", async ({
    page,
  }) => {
    const menu = page.getByRole("button", { name: "Actions for Bo Li" });
    await menu.focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("menuitem").first()).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("menu")).toHaveCount(0);
    await expect(menu).toBeFocused();

    await page.keyboard.press("Enter");
    await page.keyboard.type("remove");
    await expect(page.getByRole("menuitem", { name: "Remove from workspace" })).toBeFocused();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("alertdialog");
    await expect(dialog).toBeVisible();
    for (const name of ["Cancel", "Remove", "Cancel"]) {
      await expect(dialog.getByRole("button", { name })).toBeFocused();
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await expect(menu).toBeFocused();

    await page.keyboard.press("Control+k");
    await expect(page.getByLabel("Find a page, workspace or member")).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(menu).toBeFocused();
  });

  test("the palette finds pages and members", async ({ page }) => {
    const palette = page.getByLabel("Find a page, workspace or member");
    await page.keyboard.press("Control+k");
    await expect(palette).toBeFocused();
    await page.keyboard.type("review");
    await page.keyboard.press("Enter");
    await expect(heading(page, "Access review")).toBeVisible();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(heading(page, "Access review")).toBeFocused();
    await page.keyboard.press("Control+k");
    await expect(palette).toBeFocused();
    await page.keyboard.type("bo l");
    await expect(page.getByRole("option", { name: /Bo Li/ })).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/team\/\S+/);
    await expect(heading(page, "Bo Li bo@acme.example")).toBeVisible();
  });

  test("keys typed while the palette opens are not shortcuts", async ({ page, team }) => {
    let arrive = () => {};
    const slow = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    await page.route("**/assets/commands-*.js", async (route) => {
      await slow;
      await route.fallback();
    });
    await page.goto("about:blank");
    await open(page, team);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("ii");
    arrive();
    await expect(page.getByLabel("Find a page, workspace or member")).toBeFocused();
    await expect(page.locator("h1")).toHaveText("Team");
  });

  test("the palette shows whether it is still searching", async ({ page }) => {
    const members = await hold(page, "FindMembers");
    await page.keyboard.press("Control+k");
    await expect(page.getByLabel("Find a page, workspace or member")).toBeFocused();
    await page.keyboard.type("bo l");
    await expect(page.getByText("Searching…")).toBeVisible();
    members.release();
    await expect(page.getByRole("option", { name: /Bo Li/ })).toBeVisible();
    await page.getByLabel("Find a page, workspace or member").fill("nobody like that");
    await expect(page.getByText("Nothing found.")).toBeVisible();
  });

  test("the palette starts empty while the previous one is closing", async ({ page }) => {
    const palette = page.getByLabel("Find a page, workspace or member");
    await page.keyboard.press("Control+k");
    await expect(palette).toBeFocused();
    await page.keyboard.type("review");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Control+k");
    await expect(palette).toBeFocused();
    await expect(palette).toHaveValue("");
    await page.keyboard.type("my acc");
    await page.keyboard.press("Enter");
    await expect(heading(page, "My account")).toBeVisible();
  });

  test("letters typed into a field are not shortcuts", async ({ page }) => {
    const search = page.getByLabel("Search by name or email");
    await search.focus();
    await page.keyboard.type("bo li/i");
    await expect(search).toHaveValue("bo li/i");
    await expect(page.getByRole("heading", { name: "No members match" })).toBeVisible();
    await expect(heading(page, "Team")).toBeVisible();
  });

  test("a role is changed in its row", async ({ page }) => {
    await page.getByRole("button", { name: "Role of Bo Li: Gateway Operator" }).focus();
    await page.keyboard.press("Enter");
    const choices = page.getByRole("menuitemradio");
    await expect(choices.first()).toBeFocused();
    await page.keyboard.press("ArrowUp");
    await expect(choices.filter({ hasText: "Security Auditor" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(row(page, "Bo Li")).toContainText("Security Auditor");
    await expect(page.getByText("Bo Li’s role was changed to Security Auditor.")).toBeVisible();
    // F6 focuses the notifications: first the notification, then its undo button.
    await page.keyboard.press("F6");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await expect(page.getByRole("button", { name: "Undo" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(row(page, "Bo Li")).toContainText("Gateway Operator");
  });
});
