import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";
import { linkIn } from "../support/mailbox.ts";
import { heading, password } from "../support/pages.ts";
import { PASSWORD, signIn } from "../support/people.ts";
import { Program } from "../support/program.ts";

const MAIL = "bo@acme.example";

// The invitation expires, the person signs up in another workspace, and the invitation is resent.
// This is the only way to a pending invitation of a person with an account.
test.describe("a pending invitation of a person with an account", () => {
  test.use({ settings: { TOKENVUE_INVITATION_LIFETIME: "1s", TOKENVUE_RESEND_COOLDOWN: "1s" } });

  let link: string;
  let later: Program;

  test.beforeEach(async ({ team, program, folder, started, mailbox }) => {
    const { api } = team.admin;
    const created = await api.mutate("createWorkspace", { name: "Globex" }, "workspace { id }");
    const { id } = created.workspace;
    await team.invite(MAIL, "Bo Li", "SECURITY_AUDITOR", [id]);
    const find = async () => {
      const { workspace } = await api.run(
        "query($id: ID!) { workspace(id: $id) { invitations(first: 1) { nodes { id state } } } }",
        { id },
      );
      return workspace.invitations.nodes[0];
    };
    await expect.poll(async () => (await find()).state).toBe("EXPIRED");
    await program.stop();
    const lifetime = { TOKENVUE_INVITATION_LIFETIME: "1h" };
    later = await Program.start(folder, { ...started, ...lifetime }, program.port);
    await team.member(MAIL, "Bo Li", "GATEWAY_OPERATOR");
    await api.mutate("resendInvitation", { invitationId: (await find()).id }, "");
    link = linkIn(await mailbox.wait(MAIL, "invites you to Globex", 2));
  });

  test.afterEach(async ({ page }) => {
    await page.goto("about:blank");
    await later.stop();
  });

  const expectTeam = async (page: Page) => {
    await expect(heading(page, "Team")).toBeVisible();
    await expect(page.getByText("People with access to Globex")).toBeVisible();
    await expect(page.getByRole("button", { name: /Account menu/ })).toContainText("Bo Li");
  };

  test("asks to sign in, never for a new password", async ({ page }) => {
    await page.goto(link);
    await expect(heading(page, "Ana Silva invites you to Globex")).toBeVisible();
    await expect(page.getByText("You have an account. Sign in with it to accept.")).toBeVisible();
    await expect(page.getByLabel("Email", { exact: true })).toHaveValue(MAIL);
    await expect(password(page, "Choose a password")).toHaveCount(0);
    await password(page).fill("not the password");
    await page.getByRole("button", { name: "Sign in and accept" }).click();
    await expect(page.getByText("The email or password is incorrect")).toBeVisible();
    await password(page).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in and accept" }).click();
    await expectTeam(page);
  });

  test("needs one click if that account is signed in", async ({ page, context }) => {
    await signIn(context, MAIL);
    await page.goto(link);
    await expect(password(page)).toHaveCount(0);
    await page.getByRole("button", { name: "Accept", exact: true }).click();
    await expectTeam(page);
  });

  test("shows a message if another account is signed in", async ({ page, context, team }) => {
    await signIn(context, team.admin.email);
    await page.goto(link);
    await expect(page.getByText(`You are signed in as ${team.admin.email}`)).toBeVisible();
    await password(page).fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in and accept" }).click();
    await expectTeam(page);
  });
});
