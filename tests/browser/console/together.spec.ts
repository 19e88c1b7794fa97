import { expect, test } from "../support/fixtures.ts";
import { act, focusWindow, heading, password, row } from "../support/pages.ts";
import { PASSWORD, signIn } from "../support/people.ts";

/** Removes the problems, and returns those that a changed role does not explain. */
const unexpected = (problems: string[]) =>
  problems.splice(0).filter((text) => !text.includes('"FORBIDDEN"'));

test.describe("changes by another person", () => {
  test("a removed member loses the page with the next response", async ({
    page,
    context,
    another,
    team,
  }) => {
    const bo = await team.member("bo@acme.example", "Bo Li", "WORKSPACE_ADMIN");
    const theirs = await another();
    await signIn(theirs, bo.email);
    const other = await theirs.newPage();
    await other.goto(team.path());
    await expect(row(other, "Ana Silva")).toBeVisible();

    await signIn(context, team.admin.email);
    await page.goto(team.path());
    await act(page, "Bo Li", "Remove from workspace");
    await page.getByRole("alertdialog").getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText("Bo Li was removed from Acme AI.")).toBeVisible();
    await expect(row(page, "Bo Li")).toHaveCount(0);

    await focusWindow(other);
    await expect(other.getByText("This workspace doesn’t exist")).toBeVisible();
  });

  test("a demoted member loses what the new role does not permit", async ({
    page,
    context,
    team,
    problems,
  }) => {
    const bo = await team.member("bo@acme.example", "Bo Li", "WORKSPACE_ADMIN");
    await team.member("cy@acme.example", "Cy Ito", "GATEWAY_OPERATOR");
    await signIn(context, bo.email);
    await page.goto(team.path());
    await act(page, "Cy Ito", "Send password reset");
    const membershipId = await team.membershipOf(bo.email);
    const input = { membershipId, role: "SECURITY_AUDITOR" };
    await team.admin.api.mutate("changeRole", input, "");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(page.getByText(/This requires TEAM_MANAGE/).first()).toBeVisible();
    await expect(page.getByRole("link", { name: "Invite people" })).toHaveCount(0);
    await expect(page.getByRole("button", { name: /^Actions for/ })).toHaveCount(0);
    expect(unexpected(problems)).toEqual([]);
  });

  test("removing the last admin fails, and the row comes back", async ({ page, context, team }) => {
    const bo = await team.member("bo@acme.example", "Bo Li", "WORKSPACE_ADMIN");
    await signIn(context, bo.email);
    await page.goto(team.path());
    const own = await team.membershipOf(bo.email);
    await expect(row(page, "Ana Silva")).toContainText("Workspace Admin");
    // Ana becomes the last admin, which Bo's page does not know.
    await team.admin.api.mutate("changeRole", { membershipId: own, role: "WORKSPACE_ADMIN" }, "");
    const ana = await team.membershipOf(team.admin.email);
    await bo.api.mutate("changeRole", { membershipId: ana, role: "GATEWAY_OPERATOR" }, "");
    await act(page, "Bo Li", "Leave workspace");
    await page.getByRole("alertdialog").getByRole("button", { name: "Leave" }).click();
    await expect(page.getByText("This is the only active Workspace Admin.").first()).toBeVisible();
    await expect(row(page, "Bo Li")).toContainText("Workspace Admin");
    await expect(page).toHaveURL(new RegExp(`${team.path()}$`));
  });
});

test.describe("a session that ended in another tab", () => {
  test("can be renewed in a dialog, and the page keeps its input", async ({
    page,
    context,
    team,
  }) => {
    await signIn(context, team.admin.email);
    await page.goto(team.path("invite"));
    await page.getByLabel("Email", { exact: true }).fill("bo@acme.example");
    await page.getByLabel("First name").fill("Bo");

    const tab = await context.newPage();
    await tab.goto("/account");
    await tab.getByRole("button", { name: /Account menu/ }).click();
    await tab.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(heading(tab, "Sign in")).toBeVisible();
    await tab.close();

    await page.getByRole("button", { name: "Invite", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    await expect(password(dialog)).toBeFocused();
    await page.keyboard.press("Escape");
    await page.mouse.click(5, 5);
    await expect(dialog).toBeVisible();
    await password(dialog).fill("not the password");
    await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(dialog.getByText("The email or password is incorrect")).toBeVisible();
    await password(dialog).fill(PASSWORD);
    await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByText("Your session has ended")).toHaveCount(0);
    await expect(page.getByLabel("First name")).toHaveValue("Bo");
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await expect(page.getByText("1 invited.")).toBeVisible();
  });

  test("continues after signing in again in another tab", async ({ page, context, team }) => {
    await signIn(context, team.admin.email);
    await page.goto(team.path("invite"));
    await page.getByLabel("Email", { exact: true }).fill("bo@acme.example");
    // Otherwise, the preview could be the first request with the ended session.
    await expect(page.getByText("Will be invited")).toBeVisible();
    await context.clearCookies();
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await expect(page.getByRole("dialog", { name: "Your session has ended" })).toBeVisible();
    await signIn(context, team.admin.email);
    await focusWindow(page);
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    await expect(page.getByText("1 invited.")).toBeVisible();
  });

  test("and now belongs to another user shows nothing of the first one", async ({
    page,
    context,
    team,
    problems,
  }) => {
    const bo = await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
    await signIn(context, team.admin.email);
    await page.goto(team.path());
    await expect(page.getByRole("link", { name: "Invite people" })).toBeVisible();
    await signIn(context, bo.email);
    await focusWindow(page);
    await expect(page.getByRole("button", { name: /Bo Li.*Account menu/ })).toBeVisible();
    await expect(page.getByRole("link", { name: "Invite people" })).toHaveCount(0);
    expect(unexpected(problems)).toEqual([]);
  });
});

test("the page of a member who is removed is no longer shown", async ({
  page,
  context,
  team,
  problems,
  expectedProblems,
}) => {
  await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await signIn(context, team.admin.email);
  const membershipId = await team.membershipOf("bo@acme.example");
  await page.goto(team.path());
  await page.getByRole("link", { name: "Bo Li" }).click();
  await expect(page.getByRole("button", { name: "Remove from workspace" })).toBeVisible();
  await team.admin.api.mutate("removeMember", { membershipId }, "");
  await focusWindow(page);
  await expect(page.getByText("This member doesn’t exist")).toBeVisible();
  await page.goBack();
  await expect(row(page, "Ana Silva")).toBeVisible();
  await page.goForward();
  await expect(page.getByText("This member doesn’t exist")).toBeVisible();
  expectedProblems.push(/"BAD_INPUT"/);
  await page.goto(team.path("team/nobody"));
  await expect(page.getByText("This member doesn’t exist")).toBeVisible();
  await expect.poll(() => problems).toEqual([expect.stringContaining("BAD_INPUT")]);
});

test("settings changed by another admin are not overwritten", async ({ page, context, team }) => {
  await signIn(context, team.admin.email);
  await page.goto(team.path("settings"));
  await expect(page.getByLabel(/Allowed email domains/)).toHaveValue("");
  await page.getByRole("link", { name: "Team" }).click();
  await team.allowOnly("acme.example");
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByLabel(/Invitation expiry/).fill("3");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Settings saved.").first()).toBeVisible();
  await expect(page.getByLabel(/Allowed email domains/)).toHaveValue("acme.example");
});
