import type { Locator, Page } from "@playwright/test";

/** The heading of the current page. */
export const heading = (page: Page, name: string): Locator =>
  page.getByRole("heading", { name, level: 1 });

/** A member's row in the team table. */
export const row = (page: Page, text: string): Locator =>
  page.getByRole("row").filter({ hasText: text });

/** One of the three figures of the team page. */
export const figure = (page: Page, label: string): Locator =>
  page.getByRole("region", { name: "Team summary" }).getByRole("link", { name: label });

/** A password field. Its "Show" button has a label of its own. */
export const password = (page: Page | Locator, label = "Password"): Locator =>
  page.getByRole("textbox", { name: label, exact: true });

/** Opens the menu of a member's row and chooses an action. */
export async function act(page: Page, name: string, action: string) {
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: action }).click();
}

/** Focuses the window, which makes the console refetch its data. */
export const focusWindow = (page: Page) => page.evaluate(() => dispatchEvent(new Event("focus")));
