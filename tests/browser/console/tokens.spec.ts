import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { linkIn, tokenOf } from "../support/mailbox.ts";
import { heading, password } from "../support/pages.ts";
import { PASSWORD } from "../support/people.ts";

/** Returns what a browser keeps of a page besides memory: storage, cookies, history. */
const kept = (page: Page) =>
  page.evaluate(() =>
    JSON.stringify([
      location.href,
      history.state,
      document.title,
      document.cookie,
      { ...localStorage },
      { ...sessionStorage },
    ]),
  );

test("a used link leaves no token behind", async ({ page, team, mailbox }) => {
  const invitation = await team.invite("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await page.goto(invitation);
  await password(page, "Choose a password").fill(PASSWORD);
  await page.getByRole("button", { name: "Accept and sign up" }).click();
  await expect(heading(page, "Team")).toBeVisible();
  expect(await kept(page)).not.toContain(tokenOf(invitation));

  const input = { email: "bo@acme.example" };
  await team.admin.api.mutate("requestPasswordReset", input, "accepted");
  const reset = linkIn(await mailbox.wait("bo@acme.example", "password"));
  await page.goto(reset);
  await password(page, "New password").fill("another long passphrase");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(heading(page, "Password changed")).toBeVisible();
  expect(await kept(page)).not.toContain(tokenOf(reset));
});

test("a declined link leaves no token behind", async ({ page, team }) => {
  const link = await team.invite("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await page.goto(link);
  await page.getByRole("button", { name: "Decline invitation" }).click();
  await page.getByRole("button", { name: "Decline", exact: true }).click();
  await expect(heading(page, "Invitation declined")).toBeVisible();
  expect(await kept(page)).not.toContain(tokenOf(link));
});

test("the token leaves the address bar before the first request", async ({ page, team }) => {
  const link = await team.invite("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  const addresses: string[] = [];
  await page.route("**/graphql", async (route) => {
    addresses.push(page.url());
    await route.continue();
  });
  await page.goto(link);
  await expect(heading(page, "Ana Silva invites you to Acme AI")).toBeVisible();
  expect(addresses.length).toBeGreaterThan(0);
  for (const address of addresses) expect(address).toMatch(/\/accept-invitation$/);
});
