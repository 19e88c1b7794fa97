import { hold } from "../support/answers.ts";
import { expect, test } from "../support/fixtures.ts";
import { act, row } from "../support/pages.ts";
import { signIn } from "../support/people.ts";

test.beforeEach(async ({ context, team }) => {
  await signIn(context, team.admin.email);
});

test("pages keep their position", async ({ page, team }) => {
  await team.many(120);
  await page.goto(team.path());
  await expect(page.getByText("1–50 of 121")).toBeVisible();
  const first = await page.getByRole("row").nth(1).textContent();
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByText("51–100 of 121")).toBeVisible();
  // The next page starts at the top.
  await expect(page.getByLabel("Search by name or email")).toBeInViewport();
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByText("101–121 of 121")).toBeVisible();
  await expect(page.getByRole("link", { name: "Next" })).toBeDisabled();
  await expect(page.getByRole("row")).toHaveCount(22);
  const last = await page.getByRole("row").last().textContent();
  await page.reload();
  await expect(page.getByText("101–121 of 121")).toBeVisible();
  await expect(page.getByRole("row").last()).toHaveText(last ?? "");

  await page.getByRole("row").last().getByRole("link").click();
  await expect(page.getByRole("region", { name: "Membership" })).toBeVisible();
  await page.goBack();
  await expect(page.getByText("101–121 of 121")).toBeVisible();
  await page.getByRole("link", { name: "Previous" }).click();
  await expect(page.getByText("51–100 of 121")).toBeVisible();
  await page.getByRole("link", { name: "Previous" }).click();
  await expect(page.getByText("1–50 of 121")).toBeVisible();
  await expect(page.getByRole("row").nth(1)).toHaveText(first ?? "");
});

test("an empty page is replaced by the first one and keeps the filter", async ({ page, team }) => {
  await team.many(51);
  await page.goto(team.path("team?q=person"));
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByText("51–51 of 51")).toBeVisible();
  await act(page, "Person 0050", "Revoke invitation");
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(row(page, "Person 0000")).toBeVisible();
  await expect(page.getByText("50 members")).toBeVisible();
  await expect(page).toHaveURL(/team\?q=person$/);
});

test("paging quickly keeps the page numbers", async ({ page, team }) => {
  await team.many(170);
  await page.goto(team.path());
  await expect(page.getByText("1–50 of 171")).toBeVisible();
  const members = await hold(page, "Members");
  const next = page.getByRole("link", { name: "Next" });
  await next.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/page=2/);
  members.release();
  await expect(page.getByText("51–100 of 171")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByText("101–150 of 171")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByText("151–171 of 171")).toBeVisible();
  // On the last page, the disabled link keeps the focus.
  await expect(next).toBeDisabled();
  await expect(next).toBeFocused();
});
