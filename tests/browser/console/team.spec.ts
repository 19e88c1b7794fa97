import { hold } from "../support/answers.ts";
import { expect, test } from "../support/fixtures.ts";
import { act, figure, focusWindow, heading, row } from "../support/pages.ts";
import { signIn } from "../support/people.ts";

test.beforeEach(async ({ context, team }) => {
  await signIn(context, team.admin.email);
});

test("search, filters and order are in the URL", async ({ page, team }) => {
  await team.member("bo@acme.example", "Bo Müller", "SECURITY_AUDITOR");
  await team.invite("cy@acme.example", "Cy Ito", "GATEWAY_OPERATOR");
  await page.goto(team.path());
  await expect(row(page, "Bo Müller")).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("muller");
  await expect(page.getByText("1 member", { exact: true })).toBeVisible();
  await expect(row(page, "Bo Müller")).toBeVisible();
  await expect(page).toHaveURL(/\?q=muller$/);
  await page.reload();
  await expect(page.getByLabel("Search by name or email")).toHaveValue("muller");
  await expect(page.getByText("1 member", { exact: true })).toBeVisible();

  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await expect(page.getByText("3 members")).toBeVisible();
  await page.getByRole("combobox", { name: "Role: Any role" }).click();
  await page.getByRole("option", { name: "Security Auditor" }).click();
  await expect(page.getByText("1 member", { exact: true })).toBeVisible();
  await page.getByRole("combobox", { name: "Status: Any status" }).click();
  await page.getByRole("option", { name: "Invited" }).click();
  await expect(page.getByRole("heading", { name: "No members match" })).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();

  await figure(page, "Pending invites").click();
  await expect(page.getByText("1 member", { exact: true })).toBeVisible();
  await expect(row(page, "Cy Ito")).toBeVisible();
  await figure(page, "Total users").click();

  const names = page.getByRole("row").getByRole("link");
  await expect(names).toHaveText(["Ana Silva", "Bo Müller", "Cy Ito"]);
  await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
  await expect(names).toHaveText(["Cy Ito", "Bo Müller", "Ana Silva"]);
  await expect(page).toHaveURL(/sort=-name/);
  await expect(page.getByRole("columnheader", { name: "Name" })).toHaveAttribute(
    "aria-sort",
    "descending",
  );
});

test("an unknown email address can be invited from the search", async ({ page, team }) => {
  await page.goto(team.path("team?q=new@acme.example"));
  await page.getByRole("link", { name: "Invite new@acme.example" }).click();
  await expect(page.getByLabel("Email", { exact: true })).toHaveValue("new@acme.example");
  await expect(page.getByText("Will be invited")).toBeVisible();
});

test("a row offers the available actions, and undo", async ({ page, team, mailbox }) => {
  await team.invite("cy@acme.example", "Cy Ito", "GATEWAY_OPERATOR");
  await team.member("bo@acme.example", "Bo Li", "SECURITY_AUDITOR");
  await page.goto(team.path());

  await act(page, "Cy Ito", "Resend invitation");
  await expect(
    page.getByText(/sent a moment ago.*It can be sent in \d+ seconds/).first(),
  ).toBeVisible();

  await act(page, "Cy Ito", "Revoke invitation");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("button", { name: "Actions for Cy Ito" })).toBeFocused();
  await act(page, "Cy Ito", "Revoke invitation");
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  await expect(row(page, "Cy Ito")).toHaveCount(0);
  await expect(figure(page, "Total users")).toContainText("2");
  await page.getByRole("button", { name: "Invite again" }).click();
  await expect(row(page, "Cy Ito")).toContainText("Invited");
  await mailbox.wait("cy@acme.example", "invites you", 2);

  await act(page, "Bo Li", "Remove from workspace");
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(row(page, "Bo Li")).toHaveCount(0);
  await expect(figure(page, "Active")).toContainText("1");
  await page.getByRole("button", { name: "Add back" }).click();
  await expect(row(page, "Bo Li")).toContainText("Security Auditor");
  await expect(figure(page, "Active")).toContainText("2");
});

test.describe("invitations that have expired", () => {
  test.use({ settings: { TOKENVUE_INVITATION_LIFETIME: "1s" } });

  test("are listed by a click on the summary", async ({ page, team }) => {
    await team.invite("cy@acme.example", "Cy Ito", "GATEWAY_OPERATOR");
    await page.goto(team.path());
    await expect(row(page, "Cy Ito")).toBeVisible();
    const hint = page.getByRole("link", { name: "1 expired" });
    await expect(async () => {
      await focusWindow(page);
      await expect(hint).toBeVisible({ timeout: 500 });
    }).toPass();
    await hint.click();
    await expect(page).toHaveURL(/\?status=EXPIRED$/);
    await expect(page.getByText("1 member", { exact: true })).toBeVisible();
    await expect(row(page, "Cy Ito")).toContainText("Invite expired");
    await page.reload();
    await expect(page.getByRole("combobox", { name: "Status: Invite expired" })).toBeVisible();
    await act(page, "Cy Ito", "Revoke invitation");
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await expect(page.getByRole("heading", { name: "No members match" })).toBeVisible();
    await expect(hint).toHaveCount(0);
    await expect(figure(page, "Pending invites")).toContainText("0");
  });
});

test("demoting an admin asks what happens to their invitations", async ({ page, team }) => {
  const bo = await team.member("bo@acme.example", "Bo Li", "WORKSPACE_ADMIN");
  const invitees = [{ email: "cy@acme.example", role: "GATEWAY_OPERATOR" }];
  await bo.api.mutate("inviteUsers", { invitees }, "outcomes { result }");
  await page.goto(team.path());
  await page.getByRole("button", { name: "Role of Bo Li: Workspace Admin" }).click();
  await page.getByRole("menuitemradio", { name: /Gateway Operator/ }).click();
  const dialog = page.getByRole("dialog", { name: "Change Bo Li’s role" });
  await expect(dialog.getByText("transferred to you")).toBeVisible();
  await dialog.getByRole("button", { name: "Change role" }).click();
  await expect(page.getByText("Transferred 1 pending invitation to you.")).toBeVisible();
  await page.getByRole("link", { name: "cy@acme.example" }).click();
  await expect(page.getByRole("region", { name: "Invitation" })).toContainText("by Ana Silva");
});

test("a member's page leads to their other workspaces", async ({ page, team }) => {
  const api = team.admin.api;
  await api.mutate("createWorkspace", { name: "Globex" }, "workspace { id }");
  await team.member("bo@acme.example", "Bo Li", "SECURITY_AUDITOR");
  await page.goto(team.path());
  await page.getByRole("link", { name: "Bo Li" }).click();
  await expect(heading(page, "Bo Li bo@acme.example")).toBeVisible();
  await page.getByRole("button", { name: "Assign to workspaces" }).click();
  await page.getByRole("checkbox", { name: "Globex" }).check();
  await page.getByRole("button", { name: "Assign", exact: true }).click();
  await expect(page.getByRole("dialog").getByText("Added")).toBeVisible();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("link", { name: "Globex" }).click();
  await expect(page.getByRole("button", { name: /Switch workspace/ })).toContainText("Globex");
  await expect(page.getByRole("region", { name: "Membership" })).toContainText("Security Auditor");
});

test("a person is invited by keyboard alone", async ({ page, team }) => {
  await page.goto(team.path());
  await expect(row(page, "Ana Silva")).toBeVisible();
  await page.keyboard.press("Control+k");
  await expect(page.getByLabel("Find a page, workspace or member")).toBeFocused();
  await page.keyboard.type("ana");
  await expect(page.getByRole("option", { name: /Ana Silva/ })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("i");
  await expect(heading(page, "Invite people")).toBeFocused();
  const tabTo = async (name: string) => {
    await expect(async () => {
      await page.keyboard.press("Tab");
      const focused = page.locator(":focus");
      await expect(focused).toHaveAccessibleName(name, { timeout: 100 });
    }).toPass({ intervals: [10] });
  };
  await tabTo("Email");
  await page.keyboard.type("bo@acme.example");
  await tabTo("First name (optional)");
  await page.keyboard.type("Bo");
  await tabTo("Role");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("option", { name: /Gateway Operator/ })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("option", { name: /Security Auditor/ })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("combobox", { name: "Role" })).toContainText("Security Auditor");
  await tabTo("Invite");
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 invited.")).toBeVisible();
  await expect(page.getByRole("cell", { name: "Security Auditor" })).toBeVisible();
});

test("single keys can be turned off", async ({ page, team }) => {
  await page.goto("/account");
  await page.getByRole("checkbox", { name: /On the team page/ }).uncheck();
  await page.goto(team.path());
  await expect(row(page, "Ana Silva")).toBeVisible();
  await page.keyboard.press("i");
  await page.keyboard.press("Control+k");
  await expect(page.getByLabel("Find a page, workspace or member")).toBeFocused();
  await expect(page).toHaveURL(/\/team$/);
});

test("text typed while the response arrives stays", async ({ page, team }) => {
  await page.goto(team.path());
  const search = page.getByLabel("Search by name or email");
  await search.focus();
  // On a slow machine, the URL changes long after the request.
  const client = await page.context().newCDPSession(page);
  await client.send("Emulation.setCPUThrottlingRate", { rate: 20 });
  for (const pause of [125, 150, 200]) {
    await search.pressSequentially("cy ito", { delay: pause });
    await expect(page).toHaveURL(/q=cy\+ito/);
    await expect(search).toHaveValue("cy ito");
    await search.fill("");
    await expect(page).not.toHaveURL(/q=/);
  }
});

test("a team without expired invitations shows no count of them", async ({ page, team }) => {
  await page.goto(team.path());
  await expect(figure(page, "Pending invites")).toContainText("0");
  const summary = page.getByRole("region", { name: "Team summary" });
  await expect(summary).toHaveText("Total users1Active1Pending invites0");
});

test.describe("invitations that expire immediately", () => {
  test.use({ settings: { TOKENVUE_INVITATION_LIFETIME: "1s", TOKENVUE_RESEND_COOLDOWN: "1s" } });

  test("are counted again when one is resent", async ({ page, team }) => {
    await team.invite("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
    await expect(async () => {
      await page.goto(team.path());
      await expect(page.getByRole("link", { name: "1 expired" })).toBeVisible({ timeout: 500 });
    }).toPass();
    // The counts come with the response, without another query.
    await hold(page, "TeamSummary");
    await act(page, "Bo Li", "Resend invitation");
    await expect(page.getByRole("link", { name: "1 expired" })).toHaveCount(0);
  });
});

test("rows of an earlier search are not shown as the result", async ({ page, team }) => {
  await page.goto(team.path());
  await expect(row(page, "Ana Silva")).toBeVisible();
  const members = await hold(page, "Members");
  await page.getByLabel("Search by name or email").fill("nobody");
  await expect(page.locator("[aria-busy=true]")).toContainText("Ana Silva");
  members.release();
  await expect(page.getByRole("heading", { name: "No members match" })).toBeVisible();
});

test("only the latest change of a member can be undone", async ({ page, team }) => {
  await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await page.goto(team.path());
  await page.getByRole("button", { name: "Role of Bo Li: Gateway Operator" }).click();
  await page.getByRole("menuitemradio", { name: /Security Auditor/ }).click();
  const notes = page.getByRole("region", { name: "Notifications" });
  await expect(
    notes.getByText("Bo Li’s role was changed to Security Auditor.").first(),
  ).toBeVisible();
  await act(page, "Bo Li", "Remove from workspace");
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(notes.getByRole("button", { name: "Add back" })).toBeVisible();
  // Checked immediately, because the notification disappears after a while.
  expect(await notes.getByRole("button", { name: "Undo" }).count()).toBe(0);
  await notes.getByRole("button", { name: "Add back" }).click();
  await expect(notes.getByText("Bo Li was added back to the team.").first()).toBeVisible();
  expect(await notes.getByRole("button", { name: "Add back" }).count()).toBe(0);
});

test("assigning shows in advance who is already a member", async ({ page, team }) => {
  const { api } = team.admin;
  const created = await api.mutate("createWorkspace", { name: "Globex" }, "workspace { id }");
  const link = await team.invite("bo@acme.example", "Bo Li", "SECURITY_AUDITOR", [
    created.workspace.id,
    team.workspace.id,
  ]);
  expect(link).toBeTruthy();
  await page.goto(team.path());
  await act(page, "Bo Li", "Assign to workspaces");
  await page.getByRole("checkbox", { name: "Globex" }).click();
  await expect(page.getByText("Already invited (Security Auditor)")).toBeVisible();
});

test("a URL with invalid parameters ignores them", async ({ page, team, expectedProblems }) => {
  expectedProblems.push(/"BAD_INPUT"/);
  await page.goto(team.path("team?q=ana&after=nonsense&page=2"));
  await expect(row(page, "Ana Silva")).toBeVisible();
  await expect(page).toHaveURL(/team\?q=ana$/);
  await page.goto(team.path("history?actor=nobody"));
  await expect(row(page, "Ana Silva")).not.toHaveCount(0);
});
