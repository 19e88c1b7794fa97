import { expect, test } from "../support/fixtures.ts";
import { focusWindow, row } from "../support/pages.ts";
import { signIn } from "../support/people.ts";

test("rejected and delayed emails are shown with their invitations", async ({
  page,
  context,
  team,
}) => {
  const emails = ["refused-550@acme.example", "refused-451@acme.example"];
  const invitees = emails.map((email) => ({ email, role: "GATEWAY_OPERATOR" }));
  await team.admin.api.mutate("inviteUsers", { invitees }, "outcomes { result }");
  await signIn(context, team.admin.email);
  await page.goto(team.path());
  const shows = async (email: string, text: string) =>
    expect(async () => {
      await focusWindow(page);
      await expect(row(page, email)).toContainText(text, { timeout: 500 });
    }).toPass();
  await shows("refused-550", "Email rejected");
  await shows("refused-451", "Email delayed");

  const invitation = page.getByRole("region", { name: "Invitation" });
  await page.getByRole("link", { name: "refused-550" }).click();
  await expect(invitation).toContainText("Rejected");
  await expect(invitation).toContainText("550");
  await page.getByRole("link", { name: "Team" }).first().click();
  await page.getByRole("link", { name: "refused-451" }).click();
  await expect(invitation).toContainText("Retrying");
  await expect(invitation).toContainText("next");
});
