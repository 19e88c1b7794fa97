import { expect, test } from "../support/fixtures.ts";
import { linkIn } from "../support/mailbox.ts";
import { heading, password } from "../support/pages.ts";
import { PASSWORD, signIn } from "../support/people.ts";

const MAIL = "bo@acme.example";

test.describe("an invitation's link", () => {
  test("leaves the address bar, and survives a reload", async ({ page, team }) => {
    await page.goto(await team.invite(MAIL, "Bo Li", "SECURITY_AUDITOR"));
    await expect(heading(page, "Ana Silva invites you to Acme AI")).toBeVisible();
    expect(page.url()).not.toContain("token");
    await page.reload();
    await expect(heading(page, "Ana Silva invites you to Acme AI")).toBeVisible();
    await expect(page.getByText("Read-only access")).toBeVisible();
    await password(page, "Choose a password").fill("password1234");
    await page.getByRole("button", { name: "Accept and sign up" }).click();
    await expect(password(page, "Choose a password")).toHaveAttribute("aria-invalid", "true");
    await password(page, "Choose a password").fill(PASSWORD);
    await page.getByRole("button", { name: "Accept and sign up" }).click();
    await expect(heading(page, "Team")).toBeVisible();
  });

  test("shows a message after it was used", async ({ page, team }) => {
    const link = await team.invite(MAIL, "Bo Li", "GATEWAY_OPERATOR");
    await page.goto(link);
    await password(page, "Choose a password").fill(PASSWORD);
    await page.getByRole("button", { name: "Accept and sign up" }).click();
    await expect(heading(page, "Team")).toBeVisible();
    await page.goto(link);
    await expect(heading(page, "This invitation has already been used")).toBeVisible();
  });

  test("shows a message after it was revoked", async ({ page, team }) => {
    const link = await team.invite(MAIL, "Bo Li", "GATEWAY_OPERATOR");
    const membershipId = await team.membershipOf(MAIL);
    await team.admin.api.mutate("removeMember", { membershipId }, "");
    await page.goto(link);
    await expect(heading(page, "This invitation was revoked")).toBeVisible();
  });

  test("shows a message if it is incomplete", async ({ page, team }) => {
    const link = await team.invite(MAIL, "Bo Li", "GATEWAY_OPERATOR");
    await page.goto(link.slice(0, -3));
    await expect(heading(page, "This link cannot be used")).toBeVisible();
    await expect(page.getByText("not complete")).toBeVisible();
    await page.goto("/accept-invitation");
    await expect(page.getByText("not complete")).toBeVisible();
    // The complete link, pasted into the same tab.
    await page.goto(link);
    await expect(heading(page, "Ana Silva invites you to Acme AI")).toBeVisible();
  });

  test("can be declined", async ({ page, team }) => {
    const link = await team.invite(MAIL, "Bo Li", "GATEWAY_OPERATOR");
    await page.goto(link);
    await page.getByRole("button", { name: "Decline invitation" }).click();
    await page.getByRole("button", { name: "Decline", exact: true }).click();
    await expect(heading(page, "Invitation declined")).toBeVisible();
    await page.goto(link);
    await expect(heading(page, "This invitation was declined")).toBeVisible();
  });

  test.describe("after its lifetime", () => {
    test.use({
      settings: { TOKENVUE_INVITATION_LIFETIME: "2s", TOKENVUE_RESEND_COOLDOWN: "1s" },
    });

    test("has expired, and a new one can be requested", async ({ page, team, mailbox }) => {
      const link = await team.invite(MAIL, "Bo Li", "GATEWAY_OPERATOR");
      await expect(async () => {
        await page.goto(link);
        await expect(heading(page, "This invitation has expired")).toBeVisible({ timeout: 500 });
      }).toPass();
      await page.getByRole("button", { name: "Request a new invitation" }).click();
      await expect(page.getByText("We’ve notified the person who invited you.")).toBeVisible();
      await mailbox.wait(team.admin.email, "requests a new invitation");
    });
  });

  test.describe("resent", () => {
    test.use({ settings: { TOKENVUE_RESEND_COOLDOWN: "1s" } });

    test("replaces the previous one", async ({ page, context, team, mailbox }) => {
      const link = await team.invite(MAIL, "Bo Li", "GATEWAY_OPERATOR");
      await signIn(context, team.admin.email);
      await page.goto(team.path(`team/${await team.membershipOf(MAIL)}`));
      await expect(async () => {
        await page.getByRole("button", { name: "Resend invitation" }).click();
        await expect(page.getByText("The previous link no longer works")).toBeVisible({
          timeout: 500,
        });
      }).toPass();
      await page.goto(link);
      await expect(heading(page, "A newer link was sent")).toBeVisible();
      await page.goto(linkIn(await mailbox.wait(MAIL, "invites you", 2)));
      await expect(heading(page, "Ana Silva invites you to Acme AI")).toBeVisible();
    });
  });
});

test("an invitation asks to sign in if the person has signed up in the meantime", async ({
  page,
  team,
  mailbox,
}) => {
  const api = team.admin.api;
  const { workspace } = await api.mutate("createWorkspace", { name: "Globex" }, "workspace { id }");
  await team.invite(MAIL, "Bo Li", "GATEWAY_OPERATOR", [workspace.id]);
  const [mail] = mailbox.to(MAIL);
  const first = linkIn(mail ?? { to: "", subject: "", text: "", html: "" });
  // A second mail invites to another workspace. Accepting it ends both invitations.
  await team.member(MAIL, "Bo Li", "SECURITY_AUDITOR");
  await page.goto(first);
  await expect(heading(page, "This invitation has already been used")).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: "Sign in", exact: true }).click();
  await page.getByLabel("Email", { exact: true }).fill(MAIL);
  await password(page).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: /Switch workspace/ }).click();
  await expect(page.getByRole("menuitemradio")).toHaveText([/Acme AI/, /Globex/]);
});

test("a user with a non-ASCII address can sign up and sign in", async ({ page, context, team }) => {
  await page.goto(await team.invite("zoë@acme.example", "Zoë Li", "GATEWAY_OPERATOR"));
  await password(page, "Choose a password").fill(PASSWORD);
  await page.getByRole("button", { name: "Accept and sign up" }).click();
  await expect(heading(page, "Team")).toBeVisible();
  await context.clearCookies();
  await page.goto("/sign-in");
  await page.getByLabel("Email", { exact: true }).fill(" Zoë@acme.example ");
  await password(page).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: /Account menu/ })).toContainText("Zoë Li");
});

test.describe("a reset's link", () => {
  const ask = async (page: import("@playwright/test").Page, email: string) => {
    await page.goto("/forgot-password");
    await page.getByLabel("Email", { exact: true }).fill(email);
    await page.getByRole("button", { name: "Send reset link" }).click();
    await expect(heading(page, "Check your email")).toBeVisible();
  };

  const change = async (page: import("@playwright/test").Page) => {
    await password(page, "New password").fill("another long passphrase");
    await page.getByRole("button", { name: "Change password" }).click();
  };

  test("works once, and ends all other links", async ({ page, team, mailbox }) => {
    const { email } = team.admin;
    await ask(page, email);
    const first = linkIn(await mailbox.wait(email, "password"));
    await ask(page, email);
    const second = linkIn(await mailbox.wait(email, "password", 2));
    await page.goto(second);
    await expect(page).not.toHaveURL(/token/);
    await change(page);
    await expect(heading(page, "Password changed")).toBeVisible();
    for (const link of [first, second]) {
      await page.goto(link);
      await expect(page.getByText("has already been used")).toBeVisible();
    }
    await page.goto(`${second.slice(0, -4)}`);
    await expect(page.getByText("not complete")).toBeVisible();
  });

  test("shows a message if it ends while its page is open", async ({
    page,
    another,
    team,
    mailbox,
  }) => {
    const { email } = team.admin;
    await ask(page, email);
    await page.goto(linkIn(await mailbox.wait(email, "password")));
    await expect(password(page, "New password")).toBeVisible();
    const other = await (await another()).newPage();
    await ask(other, email);
    await other.goto(linkIn(await mailbox.wait(email, "password", 2)));
    await change(other);
    await expect(heading(other, "Password changed")).toBeVisible();
    await change(page);
    await expect(page.getByText("has already been used")).toBeVisible();
  });

  test.describe("after its lifetime", () => {
    test.use({ settings: { TOKENVUE_PASSWORD_RESET_LIFETIME: "2s" } });

    test("has expired, and the page explains what to do", async ({ page, team, mailbox }) => {
      await ask(page, team.admin.email);
      const link = linkIn(await mailbox.wait(team.admin.email, "password"));
      await expect(async () => {
        await page.goto(link);
        await expect(page.getByText("has expired")).toBeVisible({ timeout: 500 });
      }).toPass();
      await page.getByRole("link", { name: "Request a new link" }).click();
      await expect(heading(page, "Forgot your password?")).toBeVisible();
    });
  });
});

test("a setup link works once", async ({ page, program, team }) => {
  await page.goto(program.setUpPath);
  await expect(heading(page, "Already set up")).toBeVisible();
  expect(page.url()).not.toContain("token");
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
  expect(team.admin.email).toBeTruthy();
});
