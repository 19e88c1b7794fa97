import type { Page } from "@playwright/test";
import { answered, hold } from "../support/answers.ts";
import { expect, test } from "../support/fixtures.ts";
import { focusWindow, heading, password, row } from "../support/pages.ts";
import { PASSWORD, signIn } from "../support/people.ts";

test.beforeEach(async ({ context, team }) => {
  await signIn(context, team.admin.email);
});

test("the access review counts and lists findings, and fixes them", async ({ page, team }) => {
  await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  await page.goto(team.path("review"));
  const admins = page.getByRole("region", { name: "Workspace Admins" });
  await expect(admins).toContainText("Only one");
  await expect(page.getByRole("region", { name: "Stale invitations" })).toContainText(
    "No invitation is older than a week.",
  );
  await page.goto(team.path(`team/${await team.membershipOf("bo@acme.example")}`));
  await page.getByRole("button", { name: "Change role" }).click();
  await page.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: /Workspace Admin/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Change role" }).click();
  await page.getByRole("link", { name: "Access review" }).click();
  await expect(admins).toContainText("Two or three admins are recommended.");
  await page.getByRole("button", { name: "Change role: Bo Li" }).click();
  await page.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: /Security Auditor/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Change role" }).click();
  await expect(admins).toContainText("Only one");
});

test("the review keeps the focus while a fixed entry disappears", async ({ page, team }) => {
  await team.member("bo@acme.example", "Bo Li", "WORKSPACE_ADMIN");
  await team.member("cy@acme.example", "Cy Ito", "WORKSPACE_ADMIN");
  await page.goto(team.path("review"));
  const admins = page.getByRole("region", { name: "Workspace Admins" });
  await admins.getByRole("button", { name: "Change role: Bo Li" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: /Security Auditor/ }).click();
  const review = await hold(page, "Review");
  await dialog.getByRole("button", { name: "Change role" }).click();
  await expect(
    page.getByText("Bo Li’s role was changed to Security Auditor.").first(),
  ).toBeVisible();
  await expect(admins).toContainText("Cy Ito");
  review.release();
  await expect(admins).not.toContainText("Bo Li");
  await expect(page.locator("main a:focus, main button:focus")).toHaveCount(1);
});

test("the history is filtered by person, kind and time in the URL", async ({
  page,
  team,
  another,
}) => {
  const bo = await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  const theirs = await another();
  await signIn(theirs, bo.email);
  await page.goto(team.path("history"));
  const entries = page.getByRole("row").filter({ has: page.getByRole("cell") });
  await expect(row(page, "Ana Silva invited bo@acme.example")).toBeVisible();
  const all = await entries.count();

  await page.getByRole("combobox", { name: "Event: Any event" }).click();
  await page.getByRole("option", { name: "Invitation accepted" }).click();
  await expect(entries).toHaveCount(1);
  await expect(page).toHaveURL(/kind=ACCEPT_INVITATION/);
  await page.reload();
  await expect(entries).toHaveCount(1);
  await page.getByRole("button", { name: "Clear", exact: true }).click();
  await expect(entries).toHaveCount(all);

  await page.getByRole("combobox", { name: "Person" }).fill("bo");
  await page.getByRole("option", { name: /Bo Li/ }).click();
  await expect(page).toHaveURL(/actor=/);
  await expect(row(page, "Ana Silva")).toHaveCount(0);
  await expect(row(page, "Bo Li")).not.toHaveCount(0);
  await page.getByRole("combobox", { name: /^Show:/ }).click();
  await page.getByRole("option", { name: "Changes to this member" }).click();
  await expect(row(page, "Ana Silva invited")).toHaveCount(1);
  await page.getByRole("button", { name: "Remove person filter" }).click();

  await page.getByLabel("To", { exact: true }).fill("2020-01-01");
  await expect(page.getByRole("heading", { name: "No matching events" })).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(entries).toHaveCount(all);
  await page.getByLabel("From", { exact: true }).fill("2020-01-01");
  await expect(page).toHaveURL(/from=2020-01-01/);
  await expect(entries).toHaveCount(all);
});

test("a date filter can be typed digit by digit", async ({ page, team }) => {
  await page.goto(team.path("history"));
  const until = page.getByLabel("To", { exact: true });
  await until.focus();
  await page.keyboard.type("01022020", { delay: 120 });
  await expect(until).toHaveValue("2020-01-02");
  await expect(page).toHaveURL(/until=2020-01-02/);
  await expect(page.getByRole("heading", { name: "No matching events" })).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(until).toHaveValue("");
});

test("relative times are right after a page without any", async ({ page, team }) => {
  await page.clock.install();
  await page.goto(team.path());
  await expect(row(page, "Ana Silva")).toContainText("just now");
  await page.getByRole("link", { name: "Invite people" }).click();
  await expect(heading(page, "Invite people")).toBeVisible();
  await page.clock.fastForward("10:00");
  // The server's clock advances too.
  await page.route("**/graphql", async (route) => {
    const response = await route.fetch();
    const date = new Date(Date.now() + 600_000).toUTCString();
    await route.fulfill({ response, headers: { ...response.headers(), date } });
  });
  await page.getByRole("link", { name: "Team" }).last().click();
  await expect(row(page, "Ana Silva")).toContainText("10 minutes ago");
});

test("denied attempts are in the history", async ({ page, team }) => {
  const bo = await team.member("bo@acme.example", "Bo Li", "GATEWAY_OPERATOR");
  const membershipId = await team.membershipOf(team.admin.email);
  await expect(bo.api.mutate("removeMember", { membershipId }, "")).rejects.toThrow("FORBIDDEN");
  await page.goto(team.path("history?outcome=REFUSED"));
  await expect(row(page, "Bo Li tried to remove")).toContainText("Denied");
});

test("the account page: profile, password, sessions", async ({ page, team, another, mailbox }) => {
  const elsewhere = await another();
  await signIn(elsewhere, team.admin.email);
  const other = await elsewhere.newPage();
  await other.goto("/account");
  await expect(heading(other, "My account")).toBeVisible();

  await page.goto("/account");
  await page.getByLabel("Last name").fill("حداد");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Name updated")).toBeVisible();
  await expect(page.getByRole("button", { name: /Account menu/ })).toContainText("Ana حداد");

  const sessions = page.getByRole("region", { name: "Sessions" });
  await expect(sessions.getByText("This device")).toHaveCount(1);
  const before = await sessions.getByRole("listitem").count();
  await sessions
    .getByRole("button", { name: /^Sign out of/ })
    .first()
    .click();
  await expect(sessions.getByRole("listitem")).toHaveCount(before - 1);

  await password(page, "Current password").fill("wrong");
  await password(page, "New password").fill("another long passphrase");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(password(page, "Current password")).toHaveAttribute("aria-invalid", "true");
  await password(page, "Current password").fill(PASSWORD);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Password changed.")).toBeVisible();
  await expect(password(page, "Current password")).toHaveValue("");
  await mailbox.wait(team.admin.email, "password was changed");
  await focusWindow(other);
  await expect(other.getByRole("dialog", { name: "Your session has ended" })).toBeVisible();
  await focusWindow(page);
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

/** Records every title of a page from now on. */
async function titlesOf(page: Page): Promise<() => Promise<string[]>> {
  const titles = await page.evaluateHandle(() => {
    const seen: string[] = [];
    const note = () => seen.push(document.title);
    new MutationObserver(note).observe(document.head, {
      childList: true,
      subtree: true,
      characterData: true,
    });
    return seen;
  });
  return () => titles.jsonValue();
}

test("workspaces: create, switch, leave", async ({ page, team }) => {
  await page.goto("/account");
  const begin = page.getByRole("button", { name: "Create a workspace" });
  await begin.press("Enter");
  await expect(page.getByLabel("Workspace name")).toBeFocused();
  await page.getByRole("button", { name: "Cancel" }).press("Enter");
  await expect(begin).toBeFocused();
  await begin.press("Enter");
  await page.getByLabel("Workspace name").fill("x".repeat(300));
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect(page.getByLabel("Workspace name")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Workspace name").fill("מרחב");
  const switched = answered(page, "SwitchWorkspace");
  const titles = await titlesOf(page);
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await expect(page.getByText("People with access to מרחב")).toBeVisible();
  await switched;
  expect(await titles()).not.toContainEqual(expect.stringContaining("Workspace not found"));
  await page.goto("/");
  await expect(page.getByText("People with access to מרחב")).toBeVisible();
  await page.getByRole("button", { name: /Switch workspace/ }).click();
  await page.getByRole("menuitemradio", { name: /Acme AI/ }).click();
  await expect(page).toHaveURL(new RegExp(team.path()));
  await page.goto("/account");
  await page.getByRole("button", { name: "Leave מרחב" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Leave" }).click();
  await expect(page.getByText(/Workspace Admin/).first()).toBeVisible();
  await expect(page.getByRole("region", { name: "Workspaces" })).toContainText("מרחב");
});

test("settings apply to the next invitation", async ({ page, team }) => {
  await page.goto(team.path("settings"));
  await page.getByLabel("Name", { exact: true }).fill("Acme Intelligence");
  await page.getByLabel(/Invitation expiry/).fill("3");
  await page.getByLabel(/Allowed email domains/).fill("acme.example");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Settings saved.")).toBeVisible();
  await expect(page.getByRole("button", { name: /Switch workspace/ })).toContainText(
    "Acme Intelligence",
  );
  await page.reload();
  await expect(page.getByLabel(/Invitation expiry/)).toHaveValue("3");
  await page.getByLabel(/Allowed email domains/).fill("not/a/domain");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel(/Allowed email domains/)).toHaveAttribute("aria-invalid", "true");
  await page.goto(team.path("invite"));
  await page.getByLabel("Email", { exact: true }).fill("cy@elsewhere.example");
  await expect(page.getByText("Cannot be invited")).toBeVisible();
});
