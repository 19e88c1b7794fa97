import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { linkIn, tokenOf } from "../support/mailbox.ts";
import { heading, password } from "../support/pages.ts";
import { PASSWORD } from "../support/people.ts";

// Links as mail gateways change them: `#` is encoded once or twice, so the token is in the path.
const ENCODED = ["%23token=", "%2523token=", "%23token%3D", "/%23token="];

test.beforeEach(({ expectedProblems }) => {
  // The first request has the token. Those of the page must not.
  expectedProblems.push(/^a token in .*%23token/, /^a token in .*%2523token/);
});

/** Opens a link as a gateway encodes it. Returns the URLs from which the page sends requests. */
async function open(page: Page, link: string, encoded: string): Promise<string[]> {
  const addresses: string[] = [];
  await page.route("**/graphql", async (route) => {
    addresses.push(page.url());
    await route.fallback();
  });
  await page.goto(link.replace("#token=", encoded));
  return addresses;
}

for (const encoded of ENCODED) {
  test(`an invitation's link with ${encoded} works, and its token leaves the URL`, async ({
    page,
    team,
  }) => {
    const link = await team.invite("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
    const addresses = await open(page, link, encoded);
    await expect(heading(page, "Ana Silva invites you to Acme AI")).toBeVisible();
    expect(addresses.length).toBeGreaterThan(0);
    for (const address of addresses) expect(address).toMatch(/\/accept-invitation$/);
    await page.reload();
    await password(page, "Choose a password").fill(PASSWORD);
    await page.getByRole("button", { name: "Accept and sign up" }).click();
    await expect(heading(page, "Team")).toBeVisible();
  });
}

test("reset links and setup links work when encoded", async ({ page, team, mailbox, program }) => {
  const { email } = team.admin;
  await team.admin.api.mutate("requestPasswordReset", { email }, "accepted");
  await open(page, linkIn(await mailbox.wait(email, "password")), "%23token=");
  await password(page, "New password").fill("another long passphrase");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(heading(page, "Password changed")).toBeVisible();
  await open(page, program.setUpPath, "%2523token=");
  await expect(heading(page, "Already set up")).toBeVisible();
  expect(page.url()).toMatch(/\/setup$/);
});

test("a token in a path is not logged", async ({ page, team, program }) => {
  const link = await team.invite("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await open(page, link, "%23token=");
  await expect(heading(page, "Ana Silva invites you to Acme AI")).toBeVisible();
  // The request is logged without the rest of its path.
  expect(program.output).toMatch(/"path":"[^"]*accept-invitation/);
  expect(program.output).not.toContain(tokenOf(link));
});
