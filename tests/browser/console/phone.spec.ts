import { devices } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { heading, row } from "../support/pages.ts";
import { signIn } from "../support/people.ts";

const { viewport, userAgent, isMobile, hasTouch, deviceScaleFactor } = devices["Pixel 7"];
test.use({ viewport, userAgent, isMobile, hasTouch, deviceScaleFactor });

test("daily tasks on a phone, by touch", async ({ page, context, team }) => {
  await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await signIn(context, team.admin.email);
  await page.goto(team.path());
  await page.getByRole("button", { name: "Role of Bo Li: Gateway Operator" }).tap();
  await page.getByRole("menuitemradio", { name: /Security Auditor/ }).tap();
  await expect(row(page, "Bo Li")).toContainText("Security Auditor");
  await page.getByRole("button", { name: "Undo" }).tap();
  await expect(row(page, "Bo Li")).toContainText("Gateway Operator");

  await page.getByRole("link", { name: "Invite people" }).tap();
  await page.getByLabel("Email", { exact: true }).fill("cy@acme.example");
  await page.getByRole("button", { name: "Invite", exact: true }).tap();
  await expect(page.getByText("1 invited.")).toBeVisible();
  await page.getByRole("link", { name: "Go to the team" }).tap();
  await page.getByRole("button", { name: "Actions for cy@acme.example" }).tap();
  await page.getByRole("menuitem", { name: "Revoke invitation" }).tap();
  await page.getByRole("button", { name: "Revoke", exact: true }).tap();
  await expect(row(page, "cy@acme.example")).toHaveCount(0);

  for (const name of ["Access review", "Access history", "Settings"]) {
    await page.getByRole("navigation", { name: "Acme AI" }).getByRole("link", { name }).tap();
    await expect(heading(page, name)).toBeVisible();
  }
  await page.getByRole("button", { name: /Account menu/ }).tap();
  await page.getByRole("menuitem", { name: "Sign out" }).tap();
  await expect(heading(page, "Sign in")).toBeVisible();
});
