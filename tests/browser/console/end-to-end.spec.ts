import { expect, test } from "../support/fixtures.ts";
import { linkIn } from "../support/mailbox.ts";
import { act, figure, focusWindow, heading, password, row } from "../support/pages.ts";
import { PASSWORD } from "../support/people.ts";

test("from an empty installation to a colleague with a new password", async ({
  page,
  program,
  mailbox,
  another,
}) => {
  await page.goto("/");
  await expect(page.getByText("TokenVue hasn’t been set up yet.")).toBeVisible();

  await test.step("set up with the printed link", async () => {
    await page.goto(program.setUpPath);
    await page.getByLabel("Workspace").fill("Acme AI");
    await page.getByLabel("Your email").fill("ana@acme.example");
    await page.getByLabel("First name").fill("Ana");
    await page.getByLabel("Last name").fill("Silva");
    await password(page).fill("password1234");
    await page.getByRole("button", { name: "Set up" }).click();
    await expect(page.getByText("This password is easy to guess.")).toBeVisible();
    await expect(page.getByLabel("Workspace")).toHaveValue("Acme AI");
    await password(page).fill(PASSWORD);
    await page.getByRole("button", { name: "Set up" }).click();
    await expect(heading(page, "Team")).toBeVisible();
    await expect(page).toHaveURL(/\/w\/acme-ai[\w-]*\/team$/);
    await expect(page.getByText("You’re the only member")).toBeVisible();
  });

  await test.step("a second workspace", async () => {
    await page.goto("/account");
    await page.getByRole("button", { name: "Create a workspace" }).click();
    await page.getByLabel("Workspace name").fill("Globex Research");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await expect(page.getByText("People with access to Globex Research")).toBeVisible();
    await page.getByRole("button", { name: /Switch workspace/ }).click();
    await page.getByRole("menuitemradio", { name: /Acme AI/ }).click();
    await expect(page.getByText("People with access to Acme AI")).toBeVisible();
  });

  await test.step("invite to both", async () => {
    await page.getByRole("link", { name: "Invite people" }).click();
    await page.getByLabel("Email", { exact: true }).fill("bo@acme.example");
    await page.getByLabel("First name").fill("Bo");
    await page.getByLabel("Last name").fill("Li");
    await expect(page.getByRole("checkbox", { name: "Acme AI" })).toBeChecked();
    await page.getByRole("checkbox", { name: "Globex Research" }).check();
    await expect(page.getByText("Will be invited")).toHaveCount(2);
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await expect(page.getByText("1 invited.")).toBeVisible();
    await page.getByRole("link", { name: "Go to the team" }).click();
    await expect(figure(page, "Pending invites")).toContainText("1");
    await expect(row(page, "Bo Li")).toContainText("Invited");
  });

  const context = await another();
  const other = await context.newPage();

  await test.step("accept with the link in the mail", async () => {
    const mail = await mailbox.wait("bo@acme.example", "invites you");
    expect(mail.text).toContain("Globex Research");
    await other.goto(linkIn(mail));
    await expect(other).not.toHaveURL(/token/);
    await expect(other.getByText("Globex Research")).toBeVisible();
    await expect(other.getByLabel("First name")).toHaveValue("Bo");
    await password(other, "Choose a password").fill(PASSWORD);
    await other.getByRole("button", { name: "Accept and sign up" }).click();
    await expect(heading(other, "Team")).toBeVisible();
  });

  await test.step("the admin sees the member and changes the role", async () => {
    await focusWindow(page);
    await expect(row(page, "Bo Li")).toContainText("Active");
    await expect(figure(page, "Active")).toContainText("2");
    await page.getByRole("button", { name: "Role of Bo Li: Gateway Operator" }).click();
    await page.getByRole("menuitemradio", { name: /Security Auditor/ }).click();
    await expect(page.getByText("Bo Li’s role was changed to Security Auditor.")).toBeVisible();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect(
      page.getByText("Bo Li’s role was changed back to Gateway Operator."),
    ).toBeVisible();
    await expect(row(page, "Bo Li")).toContainText("Gateway Operator");
  });

  await test.step("send a password reset", async () => {
    await act(page, "Bo Li", "Send password reset");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(page.getByText("Password reset sent to bo@acme.example.")).toBeVisible();
  });

  await test.step("reset with the link in the mail", async () => {
    await other.goto(linkIn(await mailbox.wait("bo@acme.example", "password")));
    await expect(other).not.toHaveURL(/token/);
    await password(other, "New password").fill("another long passphrase");
    await other.getByRole("button", { name: "Change password" }).click();
    await expect(other.getByRole("heading", { name: "Password changed" })).toBeVisible();
    await other.getByRole("link", { name: "Sign in" }).click();
    await other.getByLabel("Email", { exact: true }).fill("bo@acme.example");
    await password(other).fill(PASSWORD);
    await other.getByRole("button", { name: "Sign in" }).click();
    await expect(other.getByText("The email or password is incorrect")).toBeVisible();
    await expect(other.getByLabel("Email", { exact: true })).toHaveValue("bo@acme.example");
    await password(other).fill("another long passphrase");
    await other.getByRole("button", { name: "Sign in" }).click();
    await expect(heading(other, "Team")).toBeVisible();
  });

  await test.step("sign out", async () => {
    await other.getByRole("button", { name: /Account menu/ }).click();
    await other.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await other.goto("/account");
    await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
  });
});

test("reset requests for known and unknown addresses look the same", async ({
  page,
  team,
  mailbox,
}) => {
  const texts: string[] = [];
  for (const email of [team.admin.email, "nobody@acme.example"]) {
    await page.goto("/forgot-password");
    await page.getByLabel("Email", { exact: true }).fill(email);
    await page.getByRole("button", { name: "Send reset link" }).click();
    await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible();
    texts.push(((await page.getByRole("main").textContent()) ?? "").replaceAll(email, "ADDRESS"));
  }
  expect(texts[0]).toBe(texts[1]);
  await mailbox.wait(team.admin.email, "password");
  expect(mailbox.to("nobody@acme.example")).toEqual([]);
});
